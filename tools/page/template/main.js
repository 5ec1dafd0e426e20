
// What is where, and what is drawn again when the filter changes.

function tile(label, value, bad = false) {
  return make('div', {class: bad ? 'bad' : null}, make('dt', {}, label), make('dd', {'data-tile': label}, value));
}

function showTiles(data, alerts, blind) {
  const kinds = (name) => count(new Set(alerts.columns.get(name).texts.slice(1)).size);
  const coverage = data.coverage;
  byId('tiles').append(tile('alerts', count(alerts.rows)), tile('detections', kinds('~detection')), tile('clients', kinds('~client')),
    tile('servers', kinds('~server')), tile('users', kinds('~user')), tile('blind spots', count(blind.rows), blind.rows > 0),
    tile('inspectable', coverage === null ? 'not told' : `${coverage.total.percent} %`, coverage !== null && coverage.total.percent < 100));
}

function showOrigin(data, alerts) {
  const files = data.files.length === 1 ? isolate(data.files[0].name) : plural(data.files.length, 'EVE file', 'EVE files');
  const when = alerts.rows === 0 ? '' : `, alerts from ${printTime(alerts.first()).slice(0, 19)} to ${printTime(alerts.last()).slice(0, 19)} UTC`;
  byId('origin').append(files, when);
}

const FACTS = {'~severity': 'severity', '~detection': 'detection', '~client': 'client', '~server': 'server', '~user': 'user', '~call': 'call', '~outcome': 'outcome', '~attack': 'technique'};

function chip(text, remove) {
  return make('button', {type: 'button', class: 'chip', title: 'Remove this filter', click: remove}, make('span', {}, isolate(text)), '✕');
}

function showChips(filter) {
  const chips = [];
  for (const [name, labels] of filter.chosen) {
    for (const label of labels) chips.push(chip(`${FACTS[name]}: ${label === '' ? 'not known' : label}`, () => filter.toggle([name, label])));
  }
  if (filter.range) chips.push(chip(`time: ${filter.range.map((time) => printTime(Math.floor(time)).slice(0, 19)).join(' to ')}`, () => filter.choose(null)));
  if (filter.active) chips.push(make('button', {type: 'button', class: 'chip clear', click: () => filter.clear()}, 'Clear all'));
  byId('chips').replaceChildren(...chips);
  byId('matching').value = filter.active ? `${count(filter.rows.length)} of ${plural(filter.table.rows, 'alert', 'alerts')}` : plural(filter.table.rows, 'alert', 'alerts');
}

function listenToSearch(filter) {
  const search = byId('search');
  let wait = 0;
  search.addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(() => filter.search(search.value), 120);
  });
  byId('filter').addEventListener('submit', (event) => event.preventDefault());
  filter.listeners.push(() => { if (filter.query === '') search.value = ''; });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target === search) return;
    event.preventDefault();
    search.focus();
  });
}

function severityCell(alerts, row) {
  const severity = alerts.text('~severity', row);
  return make('span', {class: severity}, severity === 'informational' ? 'info' : severity);
}

function alertGrid(alerts, open) {
  const text = (name) => (row) => alerts.text(name, row);
  return new Grid(alerts, [
    {title: 'Time (UTC)', name: '', width: 12.5, show: (row) => printTime(alerts.times[row]).slice(0, 23)},
    {title: 'Severity', name: '~severity', width: 5.5, show: (row) => severityCell(alerts, row)},
    {title: 'Detection', name: '~detection', width: 13, show: text('~detection')},
    {title: 'Client', name: '~client', width: 7.5, show: text('~client')},
    {title: 'Server', name: '~server', width: 7.5, show: text('~server')},
    {title: 'User', name: '~user', width: 9, show: text('~user')},
    {title: 'Call', name: '~call', width: 15, show: text('~call')},
    {title: 'Outcome', name: '~outcome', width: 6.5, show: text('~outcome')},
    {title: 'Confidence', name: '~confidence', width: 6, show: text('~confidence')},
  ], {label: 'Alerts', open});
}

function showAlerts(panel, filter) {
  const split = panel.appendChild(make('div', {class: 'split'}));
  const details = new Details(split, filter.table);
  const grid = alertGrid(filter.table, (row, open) => details.show(row, open));
  split.prepend(grid.element);
  return () => grid.show(filter.rows);
}

function main() {
  const data = JSON.parse(byId('data').textContent);
  byId('data').remove();
  const alerts = new Table(data.alerts);
  const blind = new Table(data.blind_spots);
  const filter = new Filter(alerts);
  const severity = companions(alerts, '~detection', '~severity');
  const timeline = new Timeline(byId('timeline'), filter);
  showOrigin(data, alerts);
  byId('notices').append(...notices(data));
  showTiles(data, alerts, blind);
  const parts = [showChips, () => timeline.draw(),
    list(byId('detections'), filter, '~detection', {shown: 12, before: (label) => [badge(severity(label))], under: titleUnder(alerts)}),
    list(byId('outcomes'), filter, '~outcome', {missing: 'not told'}), list(byId('attack'), filter, '~attack', {missing: 'none named'}),
    matrix(byId('matrix'), filter), list(byId('users'), filter, '~user'), list(byId('calls'), filter, '~call', {missing: 'not a call'}),
    showAlerts(byId('alerts'), filter)];
  filter.listeners.push(...parts);
  listenToSearch(filter);
  parts.forEach((part) => part(filter));
  showCoverage(byId('coverage'), data.coverage);
  showBlindSpots(byId('blind'), blind);
  showRun(byId('run'), data);
}

// titleUnder gives what stands under a detection's name: its title, where that is another text.
function titleUnder(alerts) {
  const title = companions(alerts, '~detection', '~title');
  return (label) => (title(label) === label ? '' : title(label));
}

main();
