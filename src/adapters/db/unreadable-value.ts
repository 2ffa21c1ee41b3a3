import pg from 'pg';

/** Of values that are none of their column's type, as PostgreSQL classes its errors. */
const DATA_EXCEPTION = '22';

/** Whether a statement failed by a value that can't be read as what it is compared with. */
export const isUnreadableValue = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code?.startsWith(DATA_EXCEPTION) === true;
