
// Lists of labels with their numbers of alerts; each is a button that filters by it.

const SHOWN = 8;
const SHOWN_ALL = 500;

// list gives a function that draws the list again. `look` may give a label's own look.
function list(panel, filter, name, look = {}) {
  const box = panel.appendChild(make('div'));
  let all = false;
  const draw = () => {
    const labels = countLabels(filter.table, name, filter.rows);
    const shown = labels.slice(0, all ? SHOWN_ALL : look.shown ?? SHOWN);
    const most = Math.max(1, ...shown.map(([, n]) => n));
    const items = shown.map(([label, n]) => listItem(filter, name, label, n, most, look));
    const more = labels.length > (look.shown ?? SHOWN) ? moreButton(labels.length, all, () => { all = !all; draw(); }) : null;
    box.replaceChildren(...items.length > 0 ? [make('ul', {class: 'bars'}, ...items)] : [make('p', {class: 'empty'}, 'None.')]);
    if (more) box.append(more);
  };
  return draw;
}

function listItem(filter, name, label, n, most, look) {
  const bar = make('i', {class: 'bar'});
  bar.style.width = `${(100 * n) / most}%`;
  const shown = label === '' ? make('span', {class: 'dim'}, look.missing ?? 'not known') : isolate(label);
  const under = look.under?.(label) ?? '';
  return make('li', {}, toggle(filter.has(name, label), () => filter.toggle([name, label]),
    make('span', {class: 'label', title: label}, ...look.before?.(label) ?? [], shown),
    make('span', {class: 'n'}, count(n)),
    under === '' ? null : make('span', {class: 'under', title: under}, isolate(under)),
    make('span', {class: 'track'}, bar)));
}

function moreButton(total, all, press) {
  const text = all ? 'Show fewer' : `Show all ${count(total)}`;
  return make('button', {type: 'button', class: 'more', click: press},
    total > SHOWN_ALL && !all ? `Show ${count(SHOWN_ALL)} of ${count(total)}` : text);
}

// companions gives for each text of one column that of another in the same row: the severity of a
// detection, its title.
function companions(table, name, other) {
  const column = table.columns.get(name);
  const found = new Map();
  for (let row = 0; row < table.rows; row += 1) {
    const text = column.text(row);
    if (!found.has(text)) found.set(text, table.text(other, row));
  }
  return (text) => found.get(text) ?? '';
}
