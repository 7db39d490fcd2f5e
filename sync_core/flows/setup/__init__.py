"""The set-up check: is everything there that Tandem stands on, and what is to be done where it is not."""

from sync_core.flows.setup.check import check_setup
from sync_core.flows.setup.needs import Asked, Check, Deployment, SettingFault, Surroundings

__all__ = ["Asked", "Check", "Deployment", "SettingFault", "Surroundings", "check_setup"]
