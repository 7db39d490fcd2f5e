"""How appointments are put into words: Jinja2 templates, https://jinja.palletsprojects.com/en/stable/templates/.

Importing it costs a tenth of a second, so bootstrap does that on first use.
"""

from sync_core.adapters.wording.checking import TemplateProblem, check_template
from sync_core.adapters.wording.templates import TemplateWording, default_templates

__all__ = ["TemplateProblem", "TemplateWording", "check_template", "default_templates"]
