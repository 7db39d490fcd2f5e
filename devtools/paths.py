"""Where the working copy keeps what developing needs."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".tandem"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
AZURITE = NODE_MODULES / "azurite" / "dist" / "src" / "azurite.js"
