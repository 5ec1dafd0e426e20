
// The events, as the program wrote them: by column, each row's number the place of its text among
// the column's texts. Most work is done once for each text, not once for each row.

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'informational'];

class Column {
  constructor({name, texts, places}) {
    this.name = name;
    this.texts = texts;
    this.places = typeof places === 'number' ? places : Uint32Array.from(places);
  }
  place(row) { return typeof this.places === 'number' ? this.places : this.places[row]; }
  text(row) { return this.texts[this.place(row)]; }

  // ranks gives each text's place in their order: that of severities is their own.
  ranks() {
    if (this.sorted) return this.sorted;
    const {compare} = new Intl.Collator('en', {numeric: true});
    const severity = (text) => SEVERITIES.indexOf(text);
    const order = this.name === '~severity' ? (a, b) => severity(a) - severity(b) : compare;
    const places = this.texts.map((_, place) => place);
    places.sort((a, b) => order(this.texts[a], this.texts[b]));
    this.sorted = new Uint32Array(places.length);
    places.forEach((place, rank) => { this.sorted[place] = rank; });
    return this.sorted;
  }
}

// Table is rows in the order of their times, which are microseconds since 1970.
class Table {
  constructor({rows, steps, columns}) {
    this.rows = rows;
    this.times = new Float64Array(rows);
    steps.reduce((time, step, row) => (this.times[row] = time + step), 0);
    this.columns = new Map(columns.map((column) => [column.name, new Column(column)]));
  }
  text(name, row) { return this.columns.has(name) ? this.columns.get(name).text(row) : ''; }
  first() { return this.times[0]; }
  last() { return this.times[this.rows - 1]; }
  all() { return Uint32Array.from({length: this.rows}, (_, row) => row); }
}

// labelsOf gives what a text of a column counts as: an alert may have several techniques.
function labelsOf(name, text) {
  return name === '~attack' && text !== '' ? text.split(', ') : [text];
}

// countLabels gives [label, number] of some rows, the most frequent first.
function countLabels(table, name, rows) {
  const column = table.columns.get(name);
  const places = new Uint32Array(column.texts.length);
  for (const row of rows) places[column.place(row)] += 1;
  const labels = new Map();
  places.forEach((n, place) => {
    if (n === 0) return;
    for (const label of labelsOf(name, column.texts[place])) {
      labels.set(label, (labels.get(label) ?? 0) + n);
    }
  });
  return [...labels].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function printTime(us) {
  const seconds = new Date(Math.floor(us / 1e6) * 1e3).toISOString().slice(0, 19).replace('T', ' ');
  const rest = ((us % 1e6) + 1e6) % 1e6;
  return `${seconds}.${String(rest).padStart(6, '0')}`;
}

function printSpan(us) {
  const units = [['d', 864e8], ['h', 36e8], ['min', 6e7], ['s', 1e6], ['ms', 1e3]];
  const [unit, size] = units.find(([, least]) => us >= least) ?? ['µs', 1];
  return `${(us / size).toFixed(us / size < 10 && unit !== 'µs' ? 1 : 0)} ${unit}`;
}
