"""Breaks each rule of the product once and asks the scenarios whether they notice."""
