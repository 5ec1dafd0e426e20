
// Building the page. Text becomes text nodes, here and everywhere: nothing is ever parsed as HTML,
// so what an attacker put in a user name stays what it is.

// make gives an element. An attribute that is a function listens to the event of that name; null
// and false leave it out.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// draw is make for SVG.
function draw(tag, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const byId = (id) => document.getElementById(id);
const count = (n) => n.toLocaleString('en');
const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;

// isolate keeps letters that are written from right to left, and the marks that turn the direction,
// from turning what stands beside them.
const isolate = (text) => make('bdi', {}, text);

// techniqueLink links an ATT&CK id to its page. Nothing is fetched unless somebody follows it.
function techniqueLink(id) {
  if (!/^T\d{4}(\.\d{3})?$/.test(id)) return id;
  const href = `https://attack.mitre.org/techniques/${id.replace('.', '/')}/`;
  return make('a', {href, rel: 'noreferrer noopener', target: '_blank'}, id);
}

// toggle is a button that is pressed or not.
function toggle(pressed, press, ...children) {
  return make('button', {type: 'button', 'aria-pressed': String(pressed), click: press}, ...children);
}

function badge(severity) {
  return make('span', {class: `badge ${severity}`}, severity === 'informational' ? 'info' : severity);
}
