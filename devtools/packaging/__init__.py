"""Makes the zip that a Functions app on Linux runs from."""
