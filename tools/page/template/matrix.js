
// Who called whom: the clients and servers with the most alerts, the others summed up.

const MOST = 12;

// matrix gives a function that draws it again.
function matrix(panel, filter) {
  const box = panel.appendChild(make('div', {class: 'scroll'}));
  return () => {
    const clients = axis(filter, '~client');
    const servers = axis(filter, '~server');
    const cells = countPairs(filter, clients, servers);
    box.replaceChildren(filter.rows.length === 0 ? make('p', {class: 'empty'}, 'None.') : matrixTable(filter, clients, servers, cells));
  };
}

// axis gives the labels shown, and for each text of the column where it counts: behind the labels
// if it is not among them.
function axis(filter, name) {
  const all = countLabels(filter.table, name, filter.rows).map(([label]) => label);
  const labels = all.slice(0, MOST);
  const column = filter.table.columns.get(name);
  const places = column.texts.map((text) => (labels.indexOf(text) + labels.length + 1) % (labels.length + 1));
  return {name, column, labels, places, others: all.length - labels.length};
}

function countPairs(filter, clients, servers) {
  const cells = Array.from({length: clients.labels.length + 1}, () => new Array(servers.labels.length + 1).fill(0));
  for (const row of filter.rows) {
    cells[clients.places[clients.column.place(row)]][servers.places[servers.column.place(row)]] += 1;
  }
  return cells;
}

function headings({labels, others}, what) {
  const shown = labels.map((label) => (label === '' ? 'not known' : label));
  return others > 0 ? [...shown, `${count(others)} other ${what}`] : shown;
}

function matrixTable(filter, clients, servers, cells) {
  const most = Math.max(...cells.flat());
  const head = headings(servers, 'servers').map((label) => make('th', {scope: 'col', title: label}, make('div', {}, isolate(label))));
  const rows = headings(clients, 'clients').map((label, y) => make('tr', {}, make('th', {scope: 'row', title: label}, isolate(label)),
    ...head.map((_, x) => matrixCell(filter, clients.labels[y], servers.labels[x], cells[y][x], most))));
  const corner = make('th', {class: 'dim'}, 'client → server');
  return make('table', {class: 'matrix'}, make('thead', {}, make('tr', {}, corner, ...head)), make('tbody', {}, ...rows));
}

function matrixCell(filter, client, server, n, most) {
  if (n === 0) return make('td');
  const shown = n < 10000 ? count(n) : `${Math.round(n / 1000)}k`;
  if (client === undefined || server === undefined) return make('td', {title: count(n)}, make('span', {}, shown));
  const pressed = filter.has('~client', client) && filter.has('~server', server);
  const button = toggle(pressed, () => filter.toggle(['~client', client], ['~server', server]), shown);
  button.style.setProperty('--share', 0.1 + 0.6 * Math.sqrt(n / most));
  button.setAttribute('aria-label', `${client} to ${server}: ${plural(n, 'alert', 'alerts')}`);
  return make('td', {title: `${client} → ${server}: ${count(n)}`}, button);
}
