
// Which alerts are shown: those that fit every word of the search, one of the chosen labels of each
// column that has any, and the chosen time.

class Filter {
  constructor(table) {
    this.table = table;
    this.query = '';
    this.chosen = new Map();  // column name -> Set of labels
    this.range = null;        // [from, to) in microseconds
    this.listeners = [];
    this.rows = table.all();
  }

  // change changes something by `how`, and tells everybody which rows are left.
  change(how) {
    how(this);
    this.rows = this.table.all().filter(this.test());
    for (const listener of this.listeners) listener(this);
  }
  search(query) { this.change(() => { this.query = query; }); }
  choose(range) { this.change(() => { this.range = range; }); }
  clear() { this.change(() => { this.query = ''; this.range = null; this.chosen.clear(); }); }
  get active() { return this.query !== '' || this.range !== null || this.chosen.size > 0; }

  has(name, label) { return this.chosen.get(name)?.has(label) ?? false; }

  // toggle chooses labels, given as [column, label], or takes them back if all are chosen.
  toggle(...pairs) {
    const drop = pairs.every(([name, label]) => this.has(name, label));
    this.change(() => {
      for (const [name, label] of pairs) this.set(name, label, !drop);
    });
  }
  set(name, label, wanted) {
    const labels = this.chosen.get(name) ?? new Set();
    if (wanted) labels.add(label);
    else labels.delete(label);
    if (labels.size > 0) this.chosen.set(name, labels);
    else this.chosen.delete(name);
  }

  test() {
    const tests = [...this.chosen].map(([name, labels]) => labelTest(this.table, name, labels));
    tests.push(...this.query.toLowerCase().split(/\s+/).filter(Boolean).map((word) => wordTest(this.table, word)));
    const range = this.range;
    if (range) tests.push((row) => this.table.times[row] >= range[0] && this.table.times[row] < range[1]);
    return (row) => tests.every((test) => test(row));
  }
}

// textTest gives a test of rows by a test of their texts, which is asked once for each text; null
// if no text fits.
function textTest(column, fits) {
  const fit = Uint8Array.from(column.texts, (text) => (fits(text) ? 1 : 0));
  return fit.includes(1) ? (row) => fit[column.place(row)] === 1 : null;
}

function labelTest(table, name, labels) {
  const fits = (text) => labelsOf(name, text).some((label) => labels.has(label));
  return textTest(table.columns.get(name), fits) ?? (() => false);
}

// wordTest reads "word", "-word" (without it) and "user.name:word" (only in facts so called).
function wordTest(table, word) {
  if (word.startsWith('-') && word.length > 1) {
    const test = wordTest(table, word.slice(1));
    return (row) => !test(row);
  }
  const [columns, wanted] = columnsOf(table, word);
  const tests = columns.map((column) => textTest(column, (text) => text.toLowerCase().includes(wanted)))
    .filter((test) => test !== null);
  return (row) => tests.some((test) => test(row));
}

function columnsOf(table, word) {
  const all = [...table.columns.values()];
  const colon = word.indexOf(':');
  const name = word.slice(0, Math.max(colon, 0));
  const named = name === '' ? [] : all.filter((column) => isCalled(column.name.toLowerCase(), name));
  return named.length > 0 ? [named, word.slice(colon + 1)] : [all, word];
}

function isCalled(path, name) {
  return path === name || path === `~${name}` || path.endsWith(`.${name}`);
}
