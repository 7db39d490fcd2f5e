"""Event bodies in Exchange's handwriting: whatever was posted comes back as a whole HTML page, or as text on request.

https://learn.microsoft.com/graph/api/user-post-events (the examples show the wrapping)
"""

import re
from functools import lru_cache
from html import escape, unescape

_META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
_TEXT_HEAD = (
    f'<html><head>\r\n{_META}<meta name="Generator" content="Microsoft Exchange Server">\r\n'
    "<!-- converted from text -->\r\n<style><!-- .EmailQuote { margin-left: 1pt; padding-left: 4pt; "
    "border-left: #800000 2px solid; } --></style></head>\r\n<body>\r\n"
    '<font size="2"><span style="font-size:11pt;"><div class="PlainText">'
)
_TEXT_TAIL = "</div></span></font>\r\n</body>\r\n</html>\r\n"
_UNSEEN = re.compile(r"<head\b.*?</head\s*>|<style\b.*?</style\s*>|<script\b.*?</script\s*>|<!--.*?-->", re.I | re.S)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|tr|li|h[1-6])\s*>", re.I)
_TAG = re.compile(r"<[^>]+>")


@lru_cache(maxsize=4096)
def show_html(content_type: str, content: str) -> str:
    """Return the body as HTML; an empty one stays empty."""
    if not content:
        return ""
    if content_type == "text":
        lines = escape(content, quote=False).replace("\r\n", "\n").split("\n")
        return _TEXT_HEAD + "<br>\r\n".join(lines) + _TEXT_TAIL
    if re.search(r"<html\b", content, re.I):
        if "http-equiv" in content.lower():
            return content
        if re.search(r"<head\b[^>]*>", content, re.I):
            return re.sub(r"(<head\b[^>]*>)", r"\1" + f"\r\n{_META}", content, count=1, flags=re.I)
        return re.sub(r"(<html\b[^>]*>)", rf"\1<head>\r\n{_META}</head>", content, count=1, flags=re.I)
    return f"<html><head>\r\n{_META}</head><body>\r\n{content}\r\n</body></html>\r\n"


@lru_cache(maxsize=4096)
def show_text(content_type: str, content: str) -> str:
    """Return the body as plain text with CRLF line ends."""
    if content_type == "html":
        content = re.sub(r"\s*\n\s*", " ", _UNSEEN.sub("", content))
        content = unescape(_TAG.sub("", _BREAK.sub("\n", content)))
        content = "\n".join(line.strip() for line in content.split("\n")).strip("\n")
    return content.replace("\r\n", "\n").replace("\n", "\r\n")


def preview(content_type: str, content: str) -> str:
    """Return the first 255 characters of the text."""
    return show_text(content_type, content)[:255]
