
// What could not be seen, and how much could: where traffic is hidden a quiet detection proves
// nothing.

const CAUSES = {
  smb_encrypted: 'An SMB3 session is encrypted: nothing in it could be inspected.',
  smb_compressed: 'A compressed SMB message could not be read.',
  smb_unsupported: 'A pipe may have been used in a way that is not followed (SMB1 raw modes).',
  stubs_sealed: 'A detection has conditions on the stub of a call that is encrypted.',
  stubs_cut: 'A detection has conditions on a stub of which bytes are missing.',
  stream_lost_bytes: 'Bytes of an SMB or RPC connection were not captured.',
  stream_cut_segments: 'The capture holds only the beginning of each packet.',
  packet_esp: 'IPsec encrypts all that passes between two addresses.',
};

const cell = (n) => make('td', {class: 'n'}, typeof n === 'number' ? count(n) : n);

function plainTable(titles, rows) {
  const head = titles.map((title, at) => make('th', {scope: 'col', class: at > 0 ? 'n' : null}, title));
  return make('div', {class: 'scroll'}, make('table', {class: 'plain'}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows)));
}

function meter(percent) {
  const full = make('i');
  full.style.width = `${percent}%`;
  return make('span', {}, make('span', {class: 'meter', 'aria-hidden': 'true'}, full), `${percent} %`);
}

function coverageRow(name, seen) {
  return make('tr', {}, make('td', {class: 'mono'}, isolate(name)), cell(meter(seen.percent)),
    cell(`${count(seen.calls_read)} of ${count(seen.calls)}`), cell(seen.calls_sealed), cell(seen.calls_cut),
    cell(`${count(seen.messages_encrypted)} of ${count(seen.messages)}`), cell(seen.bytes_lost));
}

function serverName({ip, port, transport}) {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port} ${transport}`;
}

function showCoverage(panel, coverage) {
  if (coverage === null) {
    panel.append(make('p', {class: 'empty'}, 'Not told: no stats event of rpcsieve is among these events.'));
    return;
  }
  const {total, servers, others} = coverage;
  const rows = servers.slice().sort((a, b) => a.percent - b.percent || b.bytes - a.bytes).map((seen) => coverageRow(serverName(seen), seen));
  if (others.bytes > 0) rows.push(coverageRow('other servers', others));
  panel.append(make('p', {}, make('span', {class: 'big', id: 'inspectable'}, `${total.percent} %`), ` of the SMB and RPC traffic could be inspected: ${count(total.calls_read)} of ${plural(total.calls, 'call', 'calls')} read.`),
    plainTable(['Server', 'Inspectable', 'Calls read', 'Sealed', 'Cut', 'SMB encrypted', 'Bytes lost'], rows));
}

function showBlindSpots(panel, table) {
  if (table.rows === 0) {
    panel.append(make('p', {class: 'empty'}, 'None was told.'));
    return;
  }
  const causes = countLabels(table, '~cause', table.all()).map(([cause, n]) => make('tr', {},
    make('td', {}, make('span', {class: 'mono'}, isolate(cause)), make('br'), make('span', {class: 'dim'}, Object.hasOwn(CAUSES, cause) ? CAUSES[cause] : 'An anomaly that another program reports.')), cell(n)));
  const text = (name) => (row) => table.text(name, row);
  const grid = new Grid(table, [
    {title: 'Time (UTC)', name: '', width: 11, show: (row) => printTime(table.times[row]).slice(0, 19)},
    {title: 'Cause', name: '~cause', width: 10, show: text('~cause')},
    {title: 'Client', name: '~client', width: 8, show: text('~client')},
    {title: 'Server', name: '~server', width: 8, show: text('~server')},
  ], {label: 'Blind spots', short: true});
  panel.append(plainTable(['Cause', 'Connections'], causes), make('p', {}, '\u00a0'), grid.element);
  grid.show(table.all());
}

function showRun(panel, {files, counters, other_events: others}) {
  const rows = files.map((file) => make('tr', {}, make('td', {class: 'mono'}, isolate(file.name)), cell(file.lines), cell(file.malformed)));
  const counted = Object.entries(counters).filter(([, n]) => n > 0).map(([name, n]) => make('div', {}, make('span', {class: 'mono'}, isolate(name)), make('span', {}, count(n))));
  panel.append(plainTable(['EVE file', 'Lines', 'Malformed'], rows),
    make('p', {class: 'dim'}, `${plural(others, 'event', 'events')} of other kinds.`));
  if (counted.length > 0) panel.append(make('details', {}, make('summary', {}, `${counted.length} counters of the run`), make('div', {class: 'counters'}, ...counted)));
}

// notices says what is missing here: nothing is left out in silence.
function notices({files, left_out: left}) {
  const said = [];
  const malformed = files.reduce((sum, file) => sum + file.malformed, 0);
  if (malformed > 0) said.push(['bad', `${plural(malformed, 'line is no EVE event and is', 'lines are no EVE events and are')} missing here.`]);
  for (const file of files.filter(({cut_off: cut}) => cut)) said.push(['bad', isolate(file.name), ' was cut off: a scan ends with a stats event, which is not there.']);
  if (left.alerts > 0) said.push(['bad', `${plural(left.alerts, 'alert', 'alerts')} beyond the page's limit are left out.`]);
  if (left.blind_spots > 0) said.push(['bad', `${plural(left.blind_spots, 'blind spot', 'blind spots')} beyond the page's limit are left out.`]);
  if (left.facts > 0) said.push(['', `${plural(left.facts, 'fact', 'facts')} of events are left out: there are more kinds than the page holds.`]);
  return said.map(([kind, ...parts]) => make('p', {class: `notice ${kind}`}, ...parts));
}
