/** Measures the workspace in Chromium without a GPU; started by workspace.py, writes one JSON object. */
import { gzipSync } from "node:zlib";
import {
  launch,
  settled,
  signedIn,
  storedSession,
} from "../ui/tests/browser/_browser.mjs";

const jobs = new Set(process.argv.slice(2));
const found = {};
const browser = await launch();
const median = (values) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => Math.round(value * 10) / 10;
/** What is known so far, should a later part fail. */
const tell = () => process.stderr.write(`${JSON.stringify(found)}\n`);

async function visit(work) {
  const { context, page } = await signedIn(browser, {
    session: storedSession(),
  });
  await settled(page);
  await work(page, context);
  await context.close();
}

/** Opens the page on a state that the server keeps. */
async function open(page, state) {
  const { id } = await page.evaluate(
    (text) =>
      fetch("./api/v1/views", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ state: text }),
      }).then((answer) => answer.json()),
    JSON.stringify(state),
  );
  await page.evaluate((view) => (window.location.hash = `v=${view}`), id);
  await page.reload();
  await settled(page);
}

/**
 * Does something and gives the milliseconds from the press until so many entities are on the canvas (`drawn`), and
 * until the summary begins so and nothing more is under way (`settled`).
 */
async function until(page, act, summary, entities = 0) {
  await page.evaluate(
    ([value, count]) => {
      const check = () =>
        document
          .querySelector("[data-testid=summary]")
          .textContent.trim()
          .startsWith(value) &&
        (value !== FOLDED || window.location.hash.includes("folds"));
      const FOLDED = "1 of 1";
      window.__took = new Promise((done) => {
        document.addEventListener(
          "pointerdown",
          () => {
            const begin = performance.now();
            let drawn = 0;
            const look = () => {
              if (
                Number(document.querySelector(".canvas").dataset.drawn) >= count
              )
                drawn ||= performance.now() - begin;
              return check() && !Number(document.documentElement.dataset.busy)
                ? requestAnimationFrame(() =>
                    setTimeout(() =>
                      done({ drawn, settled: performance.now() - begin }),
                    ),
                  )
                : requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
          },
          { once: true, capture: true },
        );
      });
    },
    [summary, entities],
  );
  await act();
  return page.evaluate(() => window.__took);
}

/** Opens the menu of the selected entity by its key; nothing may be pressed before that lets go of the entity. */
async function menuOf(page, name) {
  await page.locator(".brand").focus();
  await page.keyboard.press("e");
  const item = page.getByRole("menuitem", { name });
  await item.waitFor();
  await settled(page);
  return item;
}

if (jobs.has("load")) {
  const paints = [];
  let sizes = null;
  for (let run = 0; run < 7; run += 1) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
    });
    await context.addCookies([storedSession()]);
    const page = await context.newPage();
    const bodies = [];
    page.on("response", (answer) => {
      if (/\.m?js($|\?)/.test(new URL(answer.url()).pathname))
        bodies.push(answer.body());
    });
    await page.addInitScript(() => {
      const look = () =>
        document.querySelector(".start .facts")
          ? requestAnimationFrame(
              () => (window.__meaningful = performance.now()),
            )
          : requestAnimationFrame(look);
      requestAnimationFrame(look);
    });
    await page.goto(new URL(process.env.GRAPHHUNT_URL).origin);
    await page.waitForFunction(() => window.__meaningful);
    await settled(page);
    paints.push(await page.evaluate(() => window.__meaningful));
    sizes ??= (await Promise.all(bodies)).reduce(
      (sum, body) => sum + gzipSync(body, { level: 9 }).length,
      0,
    );
    await context.close();
  }
  found.meaningful_paint_ms = round(median(paints));
  found.first_load_js_kb = round(sizes / 1000);
  tell();
}

if (jobs.has("expand")) {
  const times = [];
  for (let run = 0; run < 5; run += 1)
    await visit(async (page) => {
      await open(page, {
        nodes: ["Machine:middle", "Machine:hub"],
        selection: "Machine:middle",
      });
      await (await menuOf(page, /^ran/)).click();
      // The processes that were started, and the one that started them.
      const all = page.getByRole("menuitem", { name: /^All 20\d, one by one/ });
      const drawn = Number(/\d+/.exec(await all.innerText())[0]) + 2;
      times.push(
        await until(page, () => all.click(), `${drawn} of ${drawn}`, drawn),
      );
    });
  found.expand_200_drawn_ms = round(median(times.map((one) => one.drawn)));
  found.expand_200_ms = round(median(times.map((one) => one.settled)));
  found.expand_200_all_ms = times.map((one) => [
    round(one.drawn),
    round(one.settled),
  ]);
  tell();
}

if (jobs.has("hub")) {
  const [menus, folds] = [[], []];
  for (let run = 0; run < 5; run += 1)
    await visit(async (page) => {
      await open(page, { nodes: ["Machine:hub"], selection: "Machine:hub" });
      await page.evaluate(() => fetch("./api/v1/health"));
      menus.push(
        await page.evaluate(async () => {
          const begin = performance.now();
          await fetch("./api/v1/entities/Machine/hub/counts").then((answer) =>
            answer.json(),
          );
          return performance.now() - begin;
        }),
      );
      await open(page, { nodes: ["Machine:hub"], selection: "Machine:hub" });
      await (await menuOf(page, /^ran/)).click();
      const fold = page.getByRole("menuitem", {
        name: "All of it as one group",
      });
      folds.push((await until(page, () => fold.click(), "1 of 1")).settled);
    });
  found.hub_counts_ms = round(median(menus));
  found.hub_folded_ms = round(median(folds));
  found.hub_opens_ms = round(median(menus) + median(folds));
  tell();
}

if (jobs.has("pan")) {
  for (const elements of [1000, 2000])
    await visit(async (page) => {
      const ids = await page.evaluate(
        (wanted) =>
          fetch(
            `./api/v1/entities/Machine/hub/neighbors?relation=RAN&neighbour_kind=Process&order=first&limit=${wanted}`,
          )
            .then((answer) => answer.json())
            .then((answer) => answer.items.map((item) => item.node.id)),
        elements / 2 - 1,
      );
      await open(page, {
        nodes: ["Machine:hub", ...ids.map((id) => `Process:${id}`)],
      });
      const drawn = await page.getByTestId("summary").innerText();
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
      const cpu = async () => {
        const { metrics } = await devtools.send("Performance.getMetrics");
        const value = (name) =>
          metrics.find((item) => item.name === name).value;
        return value("TaskDuration") * 1000;
      };
      const box = await page.locator(".canvas").boundingBox();
      await page.evaluate(() => {
        window.__frames = 0;
        const count = () => (
          (window.__frames += 1),
          requestAnimationFrame(count)
        );
        requestAnimationFrame(count);
      });
      const runs = [];
      const before = await page.screenshot({ clip: box });
      for (let run = 0; run < 5; run += 1) {
        await page.mouse.move(box.x + 8, box.y + box.height - 60);
        await page.mouse.down();
        const [begin, frames] = [
          await cpu(),
          await page.evaluate(() => window.__frames),
        ];
        for (let step = 0; step < 60; step += 1) {
          await page.mouse.move(
            box.x + 8 + step * 4,
            box.y + box.height - 60 - step * 2,
          );
          await page.evaluate(() => new Promise(requestAnimationFrame));
        }
        const [after, now] = [
          await cpu(),
          await page.evaluate(() => window.__frames),
        ];
        await page.mouse.up();
        runs.push((after - begin) / (now - frames));
      }
      if (before.equals(await page.screenshot({ clip: box })))
        throw new Error("the picture did not move");
      found[`pan_${elements}_ms_per_frame`] = round(median(runs));
      found[`pan_${elements}_drawn`] = drawn.trim();
    });
}

if (jobs.has("search")) {
  const texts = [
    "ws00012",
    "srv0003",
    "10.0.1.2",
    "powershell",
    "nothing-is-named-so",
    "user0012",
    "svchost",
    "example",
  ];
  await visit(async (page) => {
    const times = await page.evaluate(async (wanted) => {
      const taken = {};
      for (const text of wanted) {
        const runs = [];
        for (let run = 0; run < 4; run += 1) {
          const begin = performance.now();
          await fetch(
            `./api/v1/search?q=${encodeURIComponent(text)}&limit=8`,
          ).then((answer) => answer.json());
          runs.push(performance.now() - begin);
        }
        taken[text] = runs;
      }
      return taken;
    }, texts);
    found.search_ms = Object.fromEntries(
      Object.entries(times).map(([text, runs]) => [
        text,
        { first: round(runs[0]), again: round(median(runs.slice(1))) },
      ]),
    );
  });
}

await browser.close();
process.stdout.write(`${JSON.stringify(found)}\n`);
