"""Run a command that serves the browser workspace, fetch the page it names, and end the command as Ctrl-C does.

Usage: check_page.py COMMAND…. Exit code 1 with the reason: no address, no page, no scripts, or a command that stays.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request


def fetched(address: str) -> str:
    """Fetch a text from loopback."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
    with opener.open(address, timeout=60) as answer:
        text: str = answer.read().decode("utf-8")
        return text


def faults(address: str) -> list[str]:
    """Say what the page at the address lacks."""
    page = fetched(address)
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
    if not scripts:
        return ["the page has no script: " + page[:300]]
    return [f"{script} is empty" for script in scripts if not fetched(urllib.parse.urljoin(address, script))]


def main(command: list[str]) -> int:
    """Run the command until its page was tried, and report."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            addresses = (re.search(r"http://\S+", line) for line in served.stdout or ())
            address = next((found[0] for found in addresses if found), None)
            found = faults(address) if address else ["the command wrote no address"]
            served.send_signal(signal.SIGINT)
            served.wait(60)
        except (OSError, subprocess.TimeoutExpired) as error:
            found = [str(error)]
        finally:
            served.kill()
    sys.stdout.write("\n".join(found or [f"{command[0]}: the page is there"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
