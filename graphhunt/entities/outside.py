"""Which programs bring files from outside, and which files count: for the column `External`."""

from __future__ import annotations

BRINGERS = [
    "brave.exe", "ccleanerbrowser.exe", "chrome.exe", "chromium.exe", "firefox.exe", "hxtsr.exe", "iexplore.exe",
    "maxthon.exe", "microsoftedge.exe", "msedge.exe", "msedgewebview2.exe", "olk.exe", "opera.exe", "outlook.exe",
    "safari.exe", "seamonkey.exe", "system", "thunderbird.exe", "vivaldi.exe", "whale.exe",
]  # fmt: skip
"""Browsers and mail programs, and the system, which writes what clients send by SMB; names in lower case.

References:
    https://github.com/SigmaHQ/sigma, the rules file_event_win_vhd_download_via_browsers,
    file_event_win_office_macro_files_downloaded, net_connection_win_susp_outbound_smtp_connections and, for the
    system, file_event_win_dcom_iertutil_dll_hijack
"""

CARRIERS = [
    ".7z", ".appx", ".bat", ".bz2", ".cab", ".chm", ".cmd", ".com", ".cpl", ".dll", ".doc", ".docm", ".docx", ".exe",
    ".gz", ".hta", ".img", ".iso", ".jar", ".js", ".jse", ".lnk", ".msc", ".msi", ".msix", ".one", ".pdf", ".pif",
    ".ppt", ".pptm", ".pptx", ".ps1", ".psm1", ".py", ".rar", ".reg", ".rtf", ".scr", ".sct", ".sh", ".sys", ".tar",
    ".url", ".vbe", ".vbs", ".vhd", ".vhdx", ".wsf", ".wsh", ".xlam", ".xll", ".xls", ".xlsb", ".xlsm", ".xlsx", ".xz",
    ".zip",
]  # fmt: skip
"""Endings of programs, scripts, documents and packed files: what such programs write besides is their own."""

BROUGHT = {"bringers": BRINGERS, "carriers": CARRIERS}
"""The parameters of the questions that tell what comes from outside."""
