// Builds the controls that Python describes. Everything from data is set as text or value, never as markup.
function make(tag, text) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = String(text);
  return element;
}

function select(control, send) {
  const element = make("select");
  element.multiple = control.kind === "subset";
  element.size = Math.min(10, Math.max(2, control.options.length));
  control.options.forEach((label, index) => {
    const option = make("option", label);
    option.value = String(index);
    option.selected = element.multiple ? control.value.includes(index) : control.value === index;
    element.append(option);
  });
  element.addEventListener("change", () => {
    const chosen = [...element.selectedOptions].map((option) => Number(option.value));
    send(element.multiple ? chosen : chosen[0]);
  });
  return element;
}

function buttons(control, send) {
  const element = make("span");
  for (const label of control.options) {
    const button = make("button", label);
    button.setAttribute("aria-pressed", String(label === control.value));
    button.addEventListener("click", () => send(label));
    element.append(button);
  }
  return element;
}

function progress(control) {
  const element = make("progress");
  element.max = control.max;
  element.value = control.value;
  return element;
}

function input(control, send) {
  const element = make("input");
  element.type = { number: "number", secret: "password" }[control.kind] ?? "text";
  if (control.kind === "secret") element.autocomplete = "off";
  if (control.min !== undefined) element.min = String(control.min);
  if (control.max !== undefined) element.max = String(control.max);
  element.value = String(control.value ?? "");
  element.addEventListener("change", () => {
    send(control.kind === "number" ? Number(element.value) : element.value);
    if (control.kind === "secret") element.value = "";
  });
  return element;
}

const MAKERS = { select, subset: select, buttons, progress, note: (control) => make("span", control.value) };

function render({ model, el }) {
  const draw = () => {
    el.replaceChildren();
    for (const control of model.get("controls")) {
      const row = make("label");
      row.style.display = "block";
      row.append(make("span", control.label ? `${control.label} ` : ""));
      const send = (value) => model.send({ name: control.name, value });
      row.append((MAKERS[control.kind] ?? input)(control, send));
      el.append(row);
    }
  };
  model.on("change:controls", draw);
  draw();
}

export default { render };
