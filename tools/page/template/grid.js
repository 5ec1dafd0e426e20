
// Grid is a table of any length: only the rows in sight are in the document. Columns are
// {title, name, width, show}; `name` is what it is sorted by, '' the time.

const ROW = 30;
const AROUND = 8;

class Grid {
  constructor(table, columns, {label, open = () => {}, short = false}) {
    Object.assign(this, {table, columns, open, rows: table.all(), current: -1, sortedBy: '', descending: false});
    this.space = make('div', {class: 'space', role: 'rowgroup'});
    this.head = make('div', {class: 'head', role: 'row', 'aria-rowindex': 1}, ...columns.map((column) => this.heading(column)));
    this.element = make('div', {class: short ? 'grid short' : 'grid', role: 'grid', tabindex: 0, 'aria-label': label,
      scroll: () => this.draw(), keydown: (event) => this.key(event), click: (event) => this.click(event)},
    make('div', {role: 'rowgroup', class: 'headgroup'}, this.head), this.space);
    this.element.style.setProperty('--columns', columns.map(({width}) => `minmax(${width}rem, ${width}fr)`).join(' '));
    this.element.style.setProperty('--least', `${columns.reduce((sum, {width}) => sum + width, 0)}rem`);
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  heading(column) {
    const press = () => this.sort(column.name);
    return make('div', {role: 'columnheader', 'data-name': column.name}, make('button', {type: 'button', click: press}, column.title));
  }

  // show shows these rows, which are in the order of their times.
  show(rows) {
    const chosen = this.current < 0 ? -1 : this.rows[this.current];
    this.rows = this.inOrder(rows);
    this.current = chosen < 0 ? -1 : this.rows.indexOf(chosen);
    this.element.setAttribute('aria-rowcount', this.rows.length + 1);
    this.space.style.height = `${this.rows.length * ROW}px`;
    this.draw();
  }

  sort(name) {
    this.descending = this.sortedBy === name && !this.descending;
    this.sortedBy = name;
    this.element.scrollTop = 0;
    this.show(this.rows.slice().sort());
  }

  inOrder(rows) {
    const column = this.table.columns.get(this.sortedBy);
    const ranks = column?.ranks();
    const order = column ? (a, b) => ranks[column.place(a)] - ranks[column.place(b)] || a - b : (a, b) => a - b;
    return rows.slice().sort(this.descending ? (a, b) => order(b, a) : order);
  }

  draw() {
    const height = this.element.clientHeight;
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW) - AROUND);
    const last = Math.min(this.rows.length, first + Math.ceil(height / ROW) + 2 * AROUND);
    const shown = [];
    for (let at = first; at < last; at += 1) shown.push(this.row(at));
    this.space.replaceChildren(...shown);
    for (const heading of this.head.children) this.mark(heading);
    if (this.current >= first && this.current < last) this.element.setAttribute('aria-activedescendant', shown[this.current - first].id);
    else this.element.removeAttribute('aria-activedescendant');
  }

  mark(heading) {
    const sorted = heading.dataset.name === this.sortedBy;
    heading.setAttribute('aria-sort', sorted ? (this.descending ? 'descending' : 'ascending') : 'none');
  }

  row(at) {
    const row = this.rows[at];
    const cells = this.columns.map((column) => {
      const shown = column.show(row);
      return make('span', {role: 'gridcell', title: typeof shown === 'string' ? shown : null}, typeof shown === 'string' ? isolate(shown) : shown);
    });
    const element = make('div', {class: 'row', role: 'row', id: `row-${this.element.getAttribute('aria-label')}-${row}`.replace(/\s/g, '-'),
      'aria-rowindex': at + 2, 'aria-selected': String(at === this.current), 'data-at': at}, ...cells);
    element.style.top = `${at * ROW}px`;
    return element;
  }

  click(event) {
    const row = event.target.closest('.row');
    if (row) this.go(Number(row.dataset.at), true);
  }

  key(event) {
    if (event.target !== this.element || this.rows.length === 0) return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 2);
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity};
    if (event.key in steps) this.go(Math.min(this.rows.length - 1, Math.max(0, this.current + steps[event.key])), false);
    else if (event.key === 'Enter' && this.current >= 0) this.go(this.current, true);
    else return;
    event.preventDefault();
  }

  // go makes a row the current one, brings it in sight, and opens it if that is wanted.
  go(at, open) {
    this.current = at;
    const top = at * ROW;
    const sight = this.element.clientHeight - this.head.offsetHeight - ROW;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top > this.element.scrollTop + sight) this.element.scrollTop = top - sight;
    this.draw();
    this.open(this.rows[at], open);
  }
}
