
// Alerts over time, stacked by severity, before all alerts in grey. A drag chooses a time; so do
// the arrow keys, with shift to widen it.

const BINS = 120;
const HEIGHT = 132;

class Timeline {
  constructor(panel, filter) {
    this.filter = filter;
    const {table} = filter;
    this.from = table.rows > 0 ? table.first() : 0;
    this.width = table.rows > 0 ? Math.max(1, Math.ceil((table.last() - this.from + 1) / BINS)) : 1;
    this.totals = this.bins(table.all()).map((bin) => bin.reduce((sum, n) => sum + n, 0));
    this.svg = draw('svg', {viewBox: `0 0 ${BINS} ${HEIGHT}`, preserveAspectRatio: 'none', tabindex: 0, role: 'img'});
    this.legend = make('div', {class: 'legend'});
    panel.append(this.svg, this.ticks(), this.legend);
    this.listen();
  }

  bin(row) { return Math.floor((this.filter.table.times[row] - this.from) / this.width); }

  bins(rows) {
    const severities = this.filter.table.columns.get('~severity');
    const order = severities.texts.map((text) => SEVERITIES.indexOf(text));
    const bins = Array.from({length: BINS}, () => [0, 0, 0, 0, 0]);
    for (const row of rows) bins[Math.min(this.bin(row), BINS - 1)][order[severities.place(row)]] += 1;
    return bins;
  }

  ticks() {
    const {table} = this.filter;
    if (table.rows === 0) return make('p', {class: 'empty'}, 'No alerts.');
    const at = (part) => printTime(Math.floor(this.from + this.width * BINS * part)).slice(0, 19);
    return make('div', {class: 'ticks'}, ...[0, 0.25, 0.5, 0.75, 1].map((part) => make('span', {}, at(part))));
  }

  draw() {
    const bins = this.bins(this.filter.rows);
    const most = Math.max(1, ...this.totals);
    const bars = bins.flatMap((bin, at) => this.bars(bin, at, most));
    this.svg.replaceChildren(...bars, draw('line', {class: 'axis', x1: 0, x2: BINS, y1: HEIGHT, y2: HEIGHT, 'vector-effect': 'non-scaling-stroke'}));
    if (this.filter.range) this.svg.append(this.choice(this.filter.range));
    this.svg.setAttribute('aria-label', `${plural(this.filter.rows.length, 'alert', 'alerts')} over time, a bar is ${printSpan(this.width)}. Arrow keys choose a time, shift widens it.`);
    this.drawLegend(bins);
  }

  bars(bin, at, most) {
    const height = (n) => (n === 0 ? 0 : Math.max(2, (HEIGHT - 6) * Math.sqrt(n / most)));
    const sum = bin.reduce((total, n) => total + n, 0);
    const bars = [];
    const rect = (name, y, h) => bars.push(draw('rect', {class: name, x: at + 0.08, width: 0.84, y, height: h}));
    if (this.totals[at] > 0) rect('all', HEIGHT - height(this.totals[at]), height(this.totals[at]));
    let top = HEIGHT;
    bin.forEach((n, severity) => {
      if (n === 0) return;
      const part = height(sum) * (n / sum);
      top -= part;
      rect(SEVERITIES[severity], top, part);
    });
    return bars;
  }

  choice([from, to]) {
    const x = (from - this.from) / this.width;
    return draw('rect', {class: 'choice', x, width: (to - from) / this.width, y: 0, height: HEIGHT, 'vector-effect': 'non-scaling-stroke'});
  }

  drawLegend(bins) {
    const items = SEVERITIES.map((severity, at) => {
      const n = bins.reduce((sum, bin) => sum + bin[at], 0);
      const button = toggle(this.filter.has('~severity', severity), () => this.filter.toggle(['~severity', severity]),
        make('span', {}, `${severity} ${count(n)}`));
      button.classList.add(severity);
      return button;
    });
    this.legend.replaceChildren(...items, make('span', {class: 'dim'}, `a bar is ${printSpan(this.width)}, heights by square root`));
  }

  listen() {
    const at = (event) => {
      const box = this.svg.getBoundingClientRect();
      return Math.min(BINS - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * BINS)));
    };
    let begin = null;
    this.svg.addEventListener('pointerdown', (event) => {
      begin = at(event);
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener('pointerup', (event) => {
      if (begin !== null) this.chooseBins(Math.min(begin, at(event)), Math.max(begin, at(event)));
      begin = null;
    });
    this.svg.addEventListener('pointercancel', () => { begin = null; });
    this.svg.addEventListener('keydown', (event) => this.key(event));
  }

  chooseBins(first, last) {
    if (this.filter.table.rows === 0) return;
    this.filter.choose([this.from + first * this.width, this.from + (last + 1) * this.width]);
  }

  key(event) {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (event.key === 'Escape') this.filter.choose(null);
    if (step === undefined) return;
    event.preventDefault();
    const range = this.filter.range ?? [this.from - this.width, this.from];
    const bins = range.map((time) => Math.round((time - this.from) / this.width));
    const last = Math.min(BINS - 1, Math.max(0, bins[1] - 1 + step));
    this.chooseBins(event.shiftKey ? Math.min(Math.max(bins[0], 0), last) : last, last);
  }
}
