import type { Chart } from '../../core/evidence.ts';
import type { Frame, Scale } from './chart-scale.ts';
import { type Html, html } from './html.ts';

type Mark = Chart['marks'][number];
type Where = { readonly scale: Scale; readonly frame: Frame; readonly width: number };

const css: { readonly [Kind in Mark['kind']]: string } = {
  onset: 'onset',
  change: 'sus',
  recovery: 'ok',
  threshold: 'limit',
};

const characterWidth = 6.2;

/** Vertical lines with labels on up to three rows, so that labels of close marks do not overlap. */
export function renderMarks(marks: readonly Mark[], where: Where): readonly Html[] {
  const rowEnds: number[] = [];
  return marks
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((mark) => {
      const placed = place(mark, where, rowEnds);
      rowEnds[placed.row] = placed.endX;
      return draw(mark, where, placed);
    });
}

type Placed = { readonly row: number; readonly anchor: 'start' | 'end'; readonly endX: number; readonly label: string };

function place(mark: Mark, { scale, width }: Where, rowEnds: readonly number[]): Placed {
  const x = scale.x(mark.atMs);
  const most = Math.max(8, Math.floor((Math.max(x, width - x) - 12) / characterWidth));
  const label = mark.label.length > most ? `${mark.label.slice(0, most - 1)}…` : mark.label;
  const textWidth = label.length * characterWidth + 8;
  const anchor = x + textWidth > width ? 'end' : 'start';
  const startX = anchor === 'end' ? x - textWidth : x;
  const free = [0, 1, 2].find((row) => (rowEnds[row] ?? 0) <= startX);
  return { row: free ?? 2, anchor, endX: startX + textWidth, label };
}

function draw(mark: Mark, { scale, frame }: Where, { row, anchor, label }: Placed): Html {
  const x = scale.x(mark.atMs);
  const y = 12 + row * 15;
  const name = css[mark.kind];
  const text = html`<text class="${name}" x="${anchor === 'end' ? x - 5 : x + 5}" y="${y}" text-anchor="${anchor}">${label}<title>${mark.label}</title></text>`;
  return html`<path class="${name}${mark.kind === 'change' ? '' : ' dash'}" d="M${x} ${y - 8}V${frame.bottom}"/>${text}`;
}
