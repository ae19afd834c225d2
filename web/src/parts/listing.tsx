// Listing is the component library's table, which on a phone stands as one block
// per row with each cell under its column's title. Of a long list only the rows
// near the screen are in the page; what stands above and below them is blank space
// of their height, so that the scroll bar, links and the table's meaning stay.
import { Table, type TableProps } from "antd";
import { defaultRangeExtractor, useWindowVirtualizer, type Range } from "@tanstack/react-virtual";
import { usePreferences } from "../app/preferences";
import { createContext, useContext, useLayoutEffect, useMemo, useRef, useState, type ComponentProps, type HTMLAttributes } from "react";

type Columns<T> = NonNullable<TableProps<T>["columns"]>;

// labelled gives each cell its column's title, for the phone's layout.
function labelled<T>(columns: Columns<T>): Columns<T> {
  return columns.map((column) => ({ ...column, onCell: () => ({ "data-label": typeof column.title === "string" && column.title ? column.title : undefined }) as React.TdHTMLAttributes<HTMLElement> }));
}

const long = 150; // rows from which on not all are in the page

export function Listing<T extends object>({ columns = [], ...rest }: TableProps<T>) {
  const shown = labelled(columns);
  if ((rest.dataSource?.length ?? 0) > long && !rest.scroll?.y) return <Long<T> {...rest} columns={shown} />;
  return <Table<T> size="middle" pagination={false} {...rest} className="listing" columns={shown} />;
}

const rowHeight = 41; // pixels of a row on a desk; what does not fit is cut off
const blockHeight = 170; // about, of a row as a block on a phone
const step = 16; // rows by which the part in the page moves: it is drawn anew as seldom

// inSteps widens what is on the screen to whole steps, one more on either side.
function inSteps(range: Range): number[] {
  const startIndex = Math.max(0, Math.floor(range.startIndex / step - 1) * step);
  const endIndex = Math.min(range.count - 1, Math.ceil(range.endIndex / step + 1) * step);
  return defaultRangeExtractor({ ...range, startIndex, endIndex, overscan: 0 });
}

interface Around {
  above: number; // pixels
  below: number;
  rows: number;
  measure?: (row: HTMLTableRowElement | null) => void;
}
const AroundContext = createContext<Around>({ above: 0, below: 0, rows: 0 });

function Body({ children, ...rest }: HTMLAttributes<HTMLTableSectionElement>) {
  const { above, below } = useContext(AroundContext);
  return (
    <tbody {...rest}>
      {above > 0 ? <tr aria-hidden className="listing-gap"><td style={{ height: above }} /></tr> : null}
      {children}
      {below > 0 ? <tr aria-hidden className="listing-gap"><td style={{ height: below }} /></tr> : null}
    </tbody>
  );
}

function Row(props: ComponentProps<"tr">) {
  const { measure } = useContext(AroundContext);
  return <tr {...props} ref={measure} />;
}

function Whole(props: ComponentProps<"table">) {
  const { rows } = useContext(AroundContext);
  return <table {...props} aria-rowcount={rows + 1} />;
}

const parts = { table: Whole, body: { wrapper: Body, row: Row } };

function Long<T extends object>({ dataSource = [], rowSelection, onRow, columns = [], ...rest }: TableProps<T>) {
  const { language } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const phone = window.matchMedia("(max-width: 600px)").matches;
  useLayoutEffect(() => setMargin((box.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  const rows = useWindowVirtualizer({
    count: dataSource.length, scrollMargin: margin, rangeExtractor: inSteps,
    estimateSize: () => (phone ? blockHeight : rowHeight),
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0], items[items.length - 1]];
  const [from, to] = [first?.index ?? 0, (last?.index ?? -1) + 1];
  const above = first ? first.start - margin : 0;
  const below = last ? rows.getTotalSize() - (last.end - margin) : 0;
  const around = useMemo(() => ({ above, below, rows: dataSource.length, measure: phone ? rows.measureElement : undefined }), [above, below, dataSource.length, phone, rows.measureElement]);
  // The table is drawn anew where another part of the list is in the page, not with each scroll.
  const table = useMemo(
    () => (
      <Table<T>
        key={language} size="middle" pagination={false} {...rest} className="listing long"
        columns={columns.map((column) => ({ ...column, shouldCellUpdate: (row: T, before: T) => row !== before }))}
        tableLayout="fixed" components={parts} scroll={undefined}
        dataSource={dataSource.slice(from, to)}
        rowSelection={rowSelection && { ...rowSelection, preserveSelectedRowKeys: true }}
        onRow={(row, index = 0) => ({ ...onRow?.(row, from + index), "data-index": from + index, "aria-rowindex": from + index + 2 })}
      />
    ),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the columns are made anew with each drawing of the page; what they show is in the data
    [dataSource, from, to, rowSelection?.selectedRowKeys?.join(), rest.loading, language],
  );
  return <div ref={box}><AroundContext.Provider value={around}>{table}</AroundContext.Provider></div>;
}
