
// Every fact of one alert, in groups: what an analyst asks first comes first, and what has no group
// stands under its own path.

const GROUPS = [
  ['What happened', [['Time (UTC)', (alert) => alert.time], ['Detection', '~detection'], ['Title', '~title'], ['Severity', '~severity'],
    ['ATT&CK', '~attack'], ['Confidence', 'rpcsieve.confidence'], ['Stub match', 'rpcsieve.stub_match'],
    ['Category', 'alert.category'], ['Action', 'alert.action']]],
  ['Who', [['User', '~user'], ['Name', 'rpcsieve.user.name'], ['Domain', 'rpcsieve.user.domain'],
    ['Workstation', 'rpcsieve.user.workstation'], ['Realm', 'rpcsieve.user.realm'], ['Service', 'rpcsieve.user.service'],
    ['Machine account', 'rpcsieve.user.machine'], ['Auth type', 'rpcsieve.auth.type'], ['Auth level', 'rpcsieve.auth.level']]],
  ['From and to', [['Source', ['src_ip', 'src_port']], ['Destination', ['dest_ip', 'dest_port']], ['Protocol', 'proto'], ['Application', 'app_proto'],
    ['Transport', 'rpcsieve.transport'], ['Pipe', 'rpcsieve.pipe'], ['Flow', 'flow_id'], ['Capture', 'pcap_filename'], ['EVE file', '~file']]],
  ['Call', [['Interface', 'rpcsieve.interface'], ['UUID', 'rpcsieve.uuid'], ['Version', 'rpcsieve.version'],
    ['Operation', 'rpcsieve.operation'], ['Opnum', 'rpcsieve.opnum'], ['Call id', 'rpcsieve.call_id'],
    ['Context id', 'rpcsieve.context_id'], ['Stub bytes', 'rpcsieve.stub_len'], ['Sealed', 'rpcsieve.sealed']]],
  ['Outcome', [['Result', 'rpcsieve.outcome.result'], ['Return code', ['rpcsieve.outcome.return_code', 'rpcsieve.outcome.return_code_name']],
    ['Fault status', ['rpcsieve.outcome.status', 'rpcsieve.outcome.status_name']]]],
  ['Rule', [['gid:sid:rev', ['alert.gid', 'alert.signature_id', 'alert.rev']], ['Detection id', ['rpcsieve.id']],
    ['Form', 'alert.metadata.rpcsieve_form']]],
];
// These say again what a group says.
const SAID = ['alert.signature', 'alert.severity', 'alert.metadata.rpcsieve_id', 'alert.metadata.signature_severity',
  'alert.metadata.mitre_technique_id', 'rpcsieve.detection', 'rpcsieve.attack'];

class Details {
  constructor(split, table) {
    Object.assign(this, {split, table, row: -1});
    this.element = make('aside', {class: 'details', 'aria-label': 'The chosen alert', tabindex: -1, hidden: '', keydown: (event) => {
      if (event.key === 'Escape') this.close();
    }});
    split.append(this.element);
  }
  get isOpen() { return this.row >= 0; }

  // show shows a row; `open` opens the panel if it is closed.
  show(row, open) {
    if (!open && !this.isOpen) return;
    this.row = row;
    this.split.classList.add('open');
    this.element.hidden = false;
    this.element.replaceChildren(this.header(), ...this.groups());
    this.element.scrollTop = 0;
  }

  close() {
    this.row = -1;
    this.split.classList.remove('open');
    this.element.hidden = true;
    this.split.querySelector('.grid').focus();
  }

  header() {
    const text = (name) => this.table.text(name, this.row);
    return make('header', {}, make('p', {class: 'name'}, badge(text('~severity')), isolate(text('~title') || text('~detection'))),
      make('button', {type: 'button', 'aria-label': 'Close', click: () => this.close()}, '✕'));
  }

  groups() {
    const used = new Set(SAID);
    const groups = GROUPS.map(([title, facts]) => [title, facts.map(([label, from]) => [label, this.value(from, used)])]);
    const others = [...this.table.columns.keys()].filter((name) => !used.has(name) && !name.startsWith('~'));
    groups.push(['Also in the event', others.map((name) => [name, this.table.text(name, this.row)])]);
    return groups.flatMap(([title, facts]) => this.group(title, facts.filter(([, value]) => value !== '')));
  }

  // value gives a fact's text; of several those that are there, with a space between.
  value(from, used) {
    if (typeof from === 'function') return from({time: printTime(this.table.times[this.row])});
    const names = [from].flat();
    names.forEach((name) => used.add(name));
    const separator = names[0] === 'alert.gid' || names[0].endsWith('_ip') ? ':' : ' ';
    return names.map((name) => this.table.text(name, this.row)).filter(Boolean).join(separator);
  }

  group(title, facts) {
    if (facts.length === 0) return [];
    const rows = facts.flatMap(([label, value]) => [make('dt', {}, label), make('dd', {}, ...showFact(label, value))]);
    return [make('h3', {}, title), make('dl', {class: 'facts'}, ...rows)];
  }
}

function showFact(label, value) {
  return label === 'ATT&CK' ? value.split(', ').map(techniqueLink) : [isolate(value)];
}
