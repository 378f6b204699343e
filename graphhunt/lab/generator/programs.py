"""What people and machines run: a vocabulary with a long tail, command lines and internet destinations."""

from __future__ import annotations

from functools import cache

from graphhunt.lab.generator.actors import POWERSHELL, SYSTEM32

Program = tuple[str, str]

_OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
BROWSER: Program = (
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    '"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --type=utility --lang=en-GB',
)
MAIL: Program = (_OFFICE + "OUTLOOK.EXE", f'"{_OFFICE}OUTLOOK.EXE"')
CHAT: Program = ("C:\\Program Files\\Zoom\\bin\\Zoom.exe", '"C:\\Program Files\\Zoom\\bin\\Zoom.exe"')
RESIDENT: Program = (
    "C:\\Program Files\\Halden\\Inventory\\inventorysvc.exe",
    '"C:\\Program Files\\Halden\\Inventory\\inventorysvc.exe" --service',
)

_DESKTOP: tuple[Program, ...] = (
    BROWSER,
    (_OFFICE + "EXCEL.EXE", f'"{_OFFICE}EXCEL.EXE" "Budget.xlsx"'),
    (_OFFICE + "WINWORD.EXE", f'"{_OFFICE}WINWORD.EXE" /n "Minutes.docx"'),
    (SYSTEM32 + "notepad.exe", '"C:\\Windows\\system32\\notepad.exe" notes.txt'),
    ("C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe", '"Acrobat.exe" "Offer.pdf"'),
    (_OFFICE + "POWERPNT.EXE", f'"{_OFFICE}POWERPNT.EXE" "Review.pptx"'),
    (SYSTEM32 + "RuntimeBroker.exe", "C:\\Windows\\System32\\RuntimeBroker.exe -Embedding"),
    (SYSTEM32 + "cmd.exe", '"C:\\Windows\\system32\\cmd.exe" '),
    (POWERSHELL, '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" '),
    (SYSTEM32 + "mspaint.exe", '"C:\\Windows\\system32\\mspaint.exe"'),
    (SYSTEM32 + "SnippingTool.exe", '"C:\\Windows\\system32\\SnippingTool.exe"'),
    (SYSTEM32 + "calc.exe", '"C:\\Windows\\system32\\calc.exe"'),
)
_BACKGROUND: tuple[tuple[str, Program], ...] = (
    ("dcomlaunch", (SYSTEM32 + "wbem\\WmiPrvSE.exe", "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding")),
    ("dcomlaunch", (SYSTEM32 + "dllhost.exe", "C:\\Windows\\system32\\DllHost.exe /Processid:{AB8902B4-09CA}")),
    ("services", (SYSTEM32 + "svchost.exe", "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s wuauserv")),
    ("schedule", (SYSTEM32 + "taskhostw.exe", "taskhostw.exe SYSTEM")),
    ("services", (SYSTEM32 + "SearchIndexer.exe", "C:\\Windows\\system32\\SearchIndexer.exe /Embedding")),
    ("services", (SYSTEM32 + "msiexec.exe", "C:\\Windows\\system32\\msiexec.exe /V")),
    ("schedule", (SYSTEM32 + "cmd.exe", "cmd.exe /c C:\\Scripts\\rotate-logs.cmd")),
    ("schedule", (POWERSHELL, "powershell.exe -NoProfile -File C:\\Scripts\\inventory.ps1")),
)
_ADMINISTRATION: tuple[Program, ...] = (
    (POWERSHELL, "powershell.exe -NoProfile -Command Get-Service | Where-Object Status -eq Stopped"),
    (POWERSHELL, "powershell.exe -NoProfile -File C:\\Scripts\\inventory.ps1"),
    (POWERSHELL, "powershell.exe -NoProfile -NonInteractive -EncodedCommand RwBlAHQALQBIAG8AdABGAGkAeAA="),
    (SYSTEM32 + "cmd.exe", "cmd.exe /c ipconfig /all"),
    (SYSTEM32 + "cmd.exe", "cmd.exe /c gpupdate /force"),
    (SYSTEM32 + "whoami.exe", "whoami.exe /groups"),
    (SYSTEM32 + "sc.exe", "sc.exe query wuauserv"),
    (SYSTEM32 + "msiexec.exe", "msiexec.exe /i C:\\Windows\\Temp\\client.msi /qn"),
)
_VENDORS = ("Aldis", "Bruna", "Corvid", "Dellmar", "Estero", "Fenwick", "Garnet", "Hollis")
_TAIL = 62_974


def administration(lot: float) -> Program:
    """Return a command of everyday administration."""
    return _ADMINISTRATION[int(lot * len(_ADMINISTRATION))]


def background(lot: float) -> tuple[str, Program]:
    """Return what a machine starts on its own: the key of the parent and the program."""
    return _BACKGROUND[int(lot * len(_BACKGROUND))]


def desktop(lot: float) -> Program:
    """Return what a person starts.

    One lot serves rank and choice: ranks follow a Zipf law over some 63,000 names, the count of LANL, the first
    of which are everyday programs.
    """
    rank = int(_TAIL**lot)
    return _DESKTOP[rank - 1] if rank <= len(_DESKTOP) else _tail_program(rank)


@cache
def _tail_program(rank: int) -> Program:
    vendor = _VENDORS[rank % len(_VENDORS)]
    image = f"C:\\Program Files\\{vendor}\\{vendor.lower()}-tool{rank}.exe"
    return image, f'"{image}"'


def internet_address(lot: float) -> tuple[str, str]:
    """Return the name and the address of a site on the internet, few of them often, many rarely.

    The addresses are of the ranges reserved for documentation and benchmarks.
    """
    rank = int(20_000**lot)
    return f"cdn{rank}.example.net", f"198.{18 + rank // 65_536 % 2}.{rank // 250 % 250 + 1}.{rank % 250 + 1}"
