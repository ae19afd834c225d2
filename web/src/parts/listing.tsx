// Listing is the component library's table, which on a phone stands as one block
// per row with each cell under its column's title.
import { Table, type TableProps } from "antd";

type Columns<T> = NonNullable<TableProps<T>["columns"]>;

// labelled gives each cell its column's title, for the phone's layout.
function labelled<T>(columns: Columns<T>): Columns<T> {
  return columns.map((column) => ({ ...column, onCell: () => ({ "data-label": typeof column.title === "string" && column.title ? column.title : undefined }) as React.TdHTMLAttributes<HTMLElement> }));
}

export function Listing<T extends object>({ columns = [], ...rest }: TableProps<T>) {
  return <Table<T> size="middle" pagination={false} {...rest} className="listing" columns={labelled(columns)} />;
}
