"""The widgets' module in a real browser, loaded as anywidget loads it: of a blob, with a model that stands in."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from graphhunt.toolbox import nbwidgets
from graphhunt.toolbox.nbwidgets.core import NotebookWidget
from tests.ui.serving import chromium

MODULE = Path(nbwidgets.__file__).with_name("view.js")
HOSTILE = "<img src=x onerror=alert(1)>"
PAGE = """<!doctype html><body><pre id="out"></pre><script type="module">
const source = URL.createObjectURL(new Blob([MODULE], {type: "text/javascript"}));
const acts = [ACTS], every = [];
async function show(controls, act) {
  const said = [], listeners = [], state = {controls}, el = document.createElement("div");
  const model = {
    get: (name) => state[name], on: (name, heard) => { if (name === "change:controls") listeners.push(heard); },
    send: (content) => said.push(content),
  };
  document.body.append(el);
  const module = await import(source);
  module.default.render({model, el});
  const texts = [...el.querySelectorAll("label > span:first-child")].map((one) => one.textContent.trim());
  const images = el.querySelectorAll("img").length;
  act(el);
  state.controls = [];
  listeners.forEach((heard) => heard());
  every.push({texts, images, said, left: el.children.length});
}
try {
  for (const [index, controls] of WIDGETS.entries()) await show(controls, acts[index]);
} catch (error) { every.push({error: String(error)}); }
document.querySelector("#out").textContent = JSON.stringify(every);
</script>"""


def shown(folder: Path, acts: list[tuple[NotebookWidget, str]]) -> list[dict[str, Any]]:
    """Let the browser show widgets, do something in each, and give what came of it; each hears what was said."""
    page = PAGE.replace("WIDGETS", script([widget.controls() for widget, _ in acts]))
    page = page.replace("MODULE", script(MODULE.read_text("utf-8")))
    page = page.replace("ACTS", ", ".join(f"(el) => {{ {act} }}" for _, act in acts))
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}/user"]
    done = subprocess.run(
        [str(chromium()), *flags, "--virtual-time-budget=5000", "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    written = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert written is not None, done.stdout[-500:]
    every: list[dict[str, Any]] = json.loads(html.unescape(written[1]))
    assert not any("error" in out for out in every), every
    for (widget, _), out in zip(acts, every, strict=True):
        for content in out["said"]:
            widget._heard(None, content, None)
    return every


def script(value: Any) -> str:
    return json.dumps(value).replace("<", "\\u003c")


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_what_is_set_in_the_browser_is_the_widgets_value(tmp_path: Path) -> None:
    if chromium() is None and os.environ.get("GRAPHHUNT_REQUIRE_BROWSER") != "1":
        pytest.skip("Chromium is not here; install it or name it in CHROMIUM")
    text = nbwidgets.GetText(default="a", description=HOSTILE)
    picked = nbwidgets.SelectItem(item_list=["one", HOSTILE, "three"], description="which")
    subset = nbwidgets.SelectSubset(source_items=["x", "y", "z"], default_selected=["x"])
    chosen = nbwidgets.OptionButtons(buttons=["Yes", "No"], description="go on?")
    both = "const s = el.querySelector('select'); [...s.options].forEach((o, i) => o.selected = i > 0); "
    seen = shown(tmp_path, [
        (text, set_to("input", "b")),
        (picked, "const s = el.querySelector('select'); s.selectedIndex = 2; " + change("s")),
        (subset, both + change("s")),
        (chosen, "[...el.querySelectorAll('button')].find((b) => b.textContent === 'No').click();"),
    ])  # fmt: skip
    assert (text.value, picked.value, subset.selected_items, chosen.value) == ("b", "three", ["y", "z"], "No")
    assert HOSTILE in seen[0]["texts"]
    assert {(out["images"], out["left"]) for out in seen} == {(0, 0)}


def set_to(selector: str, value: str) -> str:
    return f"const i = el.querySelector('{selector}'); i.value = {json.dumps(value)}; " + change("i")


def change(name: str) -> str:
    return f"{name}.dispatchEvent(new Event('change'));"
