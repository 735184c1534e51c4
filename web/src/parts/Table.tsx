import type { ReactNode } from "react";
import { Table as Grid } from "@mantine/core";
import styles from "./Table.module.css";

export interface Column<Row> {
  title: string;
  numeric?: boolean; // to the right
  steady?: boolean; // never broken into two lines
  cell: (row: Row) => ReactNode;
}

/** Rows and columns, scrolled sideways by itself where the page is too narrow. */
export function Table<Row>({ label, columns, rows, keyOf }: { label: string; columns: Column<Row>[]; rows: Row[]; keyOf: (row: Row) => string }) {
  return (
    <div className={styles.scroll} role="region" aria-label={label} tabIndex={0}>
      <Grid className={styles.table} horizontalSpacing={0} verticalSpacing={0}>
        <Grid.Thead>
          <Grid.Tr>
            {columns.map((column) => (
              <Grid.Th key={column.title} scope="col" className={column.numeric ? styles.numeric : ""}>
                {column.title}
              </Grid.Th>
            ))}
          </Grid.Tr>
        </Grid.Thead>
        <Grid.Tbody>
          {rows.map((row) => (
            <Grid.Tr key={keyOf(row)}>
              {columns.map((column) => (
                <Grid.Td key={column.title} className={column.numeric ? `${styles.numeric} numeric` : column.steady ? styles.steady : ""}>
                  {column.cell(row)}
                </Grid.Td>
              ))}
            </Grid.Tr>
          ))}
        </Grid.Tbody>
      </Grid>
    </div>
  );
}
