"""Expressions and checks of the indicators of compromise."""

from __future__ import annotations

import ipaddress
import re

_FILE_ENDINGS = (
    "ade adp app asp aspx bak bat bin bmp cab cfg class cmd conf config cpl css csv dat db dll dmp doc docm docx "
    "drv dylib elf evt evtx exe gif go gz hta htm html ico inf ini iso jar java jpeg jpg js json jsp lnk lock log "
    "lua md mdb msc msi mui nse ocx odt old part pcap pdb pdf php pid pl plist png pol ppt pptm pptx ps ps1 psd1 "
    "psm1 py pyc pyd rar rb reg rpm rs rtf sct service sh so sock sql swp sys tar tgz tmp toml txt vbe vbs wasm wsf "
    "xla xls xlsm xlsx xml xsl xz yaml yml zip zst"
)
FILE_ENDINGS = frozenset(_FILE_ENDINGS.split())
"""Last labels that are far oftener a file's ending than a domain's."""

_TLDS = (
    "academy agency app art arpa asia bank bar beauty best bid biz blog business buzz cam capital care cash cat "
    "center chat church city click cloud club codes coffee com community company computer consulting contact cool "
    "coop credit cyou date deals delivery design dev digital direct directory download earth edu education email "
    "energy engineering enterprises events exchange expert express faith fail farm finance financial fit fitness "
    "foundation fun fund fyi gallery games gdn global gold gov graphics group guide guru health help host hosting "
    "house icu immo inc info ink institute insurance int international investments jobs land law legal life limited "
    "link live loan loans lol ltd management market marketing media men mil mobi moe money monster name net network "
    "news ninja one onion online ooo org page partners parts party photo photography photos pics pictures plus porn "
    "press pro productions properties pub quest racing realty red ren rent rest review reviews rip rocks run sale "
    "school science security services sex shop site skin social software solar solutions space store stream studio "
    "style support surf systems tax team tech technology tel tips today tools top town toys trade trading training "
    "travel tube university uno vegas ventures video vip watch web webcam website wiki win wine work works world "
    "wtf xxx xyz zone"
)
TLDS = frozenset(_TLDS.split())
"""Generic top-level domains in use; every pair of letters counts as a country's, `xn--…` too."""

IPV4 = r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\w)"
IPV6 = r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:]|\.\d)"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
DNS = rf"(?<![\w.@%/\\-])(?:{_LABEL}\.)+(?:xn--[a-zA-Z0-9-]+|[^\W\d_]{{2,24}})(?![\w-]|\.\w|@)"
URL = r"(?<![a-zA-Z])(?:https?|ftps?|sftp|ldaps?|wss?|tcp|smb)://[^\s<>\"'`{}|\\^\x00-\x1f]+"
EMAIL = rf"(?<![\w.+%/:@-])[\w.+%-]+@(?:{_LABEL}\.)+[^\W\d_]{{2,24}}(?![\w-]|\.\w)"
WINDOWS_PATH = r"(?:(?<![A-Za-z])[A-Za-z]:|\\\\[\w.$-]+\\[\w.$-]+|%\w+%)(?:\\[^\\/:*?\"<>|\r\n,;']+)+"
LINUX_PATH = r"(?<![\w./:\\-])/(?:[\w.+@%~-]+/)+[\w.+@%~-]+"


_KEY_CHARACTER = r"(?:[^\\\s\"'<>|,;]| (?![/-]))"
WINDOWS_REGISTRY = (
    r"(?i:(?<!\w)(?:HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG|PERFORMANCE_DATA)"
    r"|HK(?:LM|CU|CR|CC|U)|(?<![\w:.\\])\\REGISTRY\\(?:MACHINE|USER|A|WC)):?)"
    rf"(?:\\{_KEY_CHARACTER}+)+"
)
CVE = r"(?i:(?<![\w-])CVE-(?:19|20)\d\d-\d{4,7}(?![\w-]))"
ATTACK_ID = r"(?<![\w.-])(?:TA\d{4}|T\d{4}(?:\.\d{3})?)(?![\w-]|\.\d)"
MAC = r"(?<![\w:.-])(?:(?:[0-9A-Fa-f]{2}:){5}|(?:[0-9A-Fa-f]{2}-){5})[0-9A-Fa-f]{2}(?![\w:-])"
BITCOIN = r"(?<![\w])(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71})(?!\w)"


_OCTET = re.compile(r"25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9]")


def hexes(length: int) -> str:
    """Give the expression of a hash of a length."""
    return rf"(?<![0-9A-Za-z])[0-9A-Fa-f]{{{length}}}(?![0-9A-Za-z])"


def is_ipv4(text: str) -> bool:
    """Tell whether a text is an IPv4 address."""
    parts = text.split(".")
    return len(parts) == 4 and all(_OCTET.fullmatch(part) for part in parts)


def is_ipv6(text: str) -> bool:
    """Tell whether a text is an IPv6 address, and not a time of day or a hardware address."""
    if re.fullmatch(r"\d{1,2}(?::\d{1,2}){2}", text) or text in {"::", ":::"}:
        return False
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def has_tld(domain: str, ignore_tlds: bool = False) -> bool:
    """Tell whether a name ends like a domain and not like a file."""
    last = domain.rstrip(".").rsplit(".", 1)[-1].lower()
    if ignore_tlds:
        return True
    if is_file_name(domain):
        return False
    return last in TLDS or len(last) == 2 or last.startswith("xn--") or not last.isascii()


def is_file_name(domain: str) -> bool:
    """Tell whether what looks like a domain is likelier the name of a file."""
    last = domain.rstrip(".").rsplit(".", 1)[-1].lower()
    return last in FILE_ENDINGS and not (last in TLDS and domain.count(".") > 1)


def trimmed_path(path: str, text: str, start: int, is_key: bool = False) -> str:
    """End a path where it ends: what is left of a sentence after a blank isn't part of a file's name.

    Args:
        path: What was found.
        text: Where it was found, for the quotes around it.
        start: Where in the text.
        is_key: It is a key of the registry: there, all of a text is one whatever it ends in.

    Returns:
        The path, whole when it is in quotes or is all of its text and ends as a file does, else up to the first blank
        of its last part.
    """
    end = start + len(path)
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if before in {'"', "'"} and before == after:
        return path
    bare = path.strip().rstrip(".")
    if text.strip() == path.strip() and (is_key or bare.rpartition(".")[2].lower() in FILE_ENDINGS):
        return bare
    folder, mark, last = path.rpartition("\\")
    return f"{folder}{mark}{last.split(' ', 1)[0]}".rstrip(".)]}")


def trimmed_url(url: str) -> list[str]:
    """Cut the sentence's marks off a URL, and part several that a comma joins."""
    parts = re.split(r",(?=(?:https?|ftps?)://)", url)
    return [_trimmed(part) for part in parts]


def _trimmed(url: str) -> str:
    while url:
        last = url[-1]
        unopened = last in ")]}" and url.count(last) > url.count({")": "(", "]": "[", "}": "{"}[last])
        if last not in ".,;:!?'\"*" and not unopened:
            return url
        url = url[:-1]
    return url


DEFANGED = r"(?i)[\[({]|hxxp|h\*\*p|fxp"
"""What a text has at least that `refanged` changes."""
_MAY_BE_DEFANGED = re.compile(DEFANGED)
_DOTS = re.compile(r"\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\})\s?", re.IGNORECASE)
_ATS = re.compile(r"\s?(?:\[@\]|\(@\)|\[at\]|\(at\)|\{at\})\s?", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:h(?:xx|\*\*|XX)p(s?)|fxp(s?))(?=\[?:)", re.IGNORECASE)


def refanged(text: str) -> str:
    """Write defanged indicators as they are: `hxxp[:]//a[.]b`, `(.)`, `[dot]`, `[@]`, `[at]`."""
    if not _MAY_BE_DEFANGED.search(text):
        return text
    text = _ATS.sub("@", _DOTS.sub(".", text))
    text = text.replace("[:]", ":").replace("[://]", "://").replace("[/]", "/")
    return _SCHEME.sub(lambda m: ("ftp" if m[0][0] in "fF" else "http") + (m[1] or m[2] or "").lower(), text)
