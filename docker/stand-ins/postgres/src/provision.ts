import pg from 'pg';

/** One database with the one role that may use it. */
export interface DatabaseDefinition {
  name: string;
  role: string;
  password: string;
}

/** Where the server answers and as whom to administer it. */
export interface AdminAccess {
  host: string;
  port: number;
  /** A superuser. */
  user: string;
  password: string;
}

const CONNECT_TIMEOUT_MS = 5000;
const QUERY_TIMEOUT_MS = 30_000;

/**
 * Brings roles and databases to what is wanted: missing ones are created, passwords are set anew,
 * nobody but its role may connect to a database. Nothing is ever dropped.
 */
export async function provision(
  access: AdminAccess,
  databases: readonly DatabaseDefinition[],
  superuserPassword: string | undefined,
): Promise<void> {
  const client = new pg.Client({
    host: access.host,
    port: access.port,
    user: access.user,
    password: access.password,
    database: 'postgres',
    // A server that takes connections and says nothing must not hold up whoever waits for it.
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'provision',
  });
  // A connection that breaks between two queries is told by the next one.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC');
    if (superuserPassword !== undefined) {
      await ensureRole(client, { role: 'postgres', password: superuserPassword }, 'SUPERUSER');
    }
    for (const database of databases) {
      await ensureRole(client, database, 'NOSUPERUSER NOCREATEDB NOCREATEROLE');
      await ensureDatabase(client, database);
    }
  } finally {
    await client.end();
  }
}

async function ensureRole(
  client: pg.Client,
  { role, password }: { role: string; password: string },
  attributes: string,
): Promise<void> {
  const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = known.rowCount ? 'ALTER' : 'CREATE';
  await client.query(
    `${verb} ROLE ${pg.escapeIdentifier(role)} LOGIN ${attributes} PASSWORD ${pg.escapeLiteral(password)}`,
  );
}

async function ensureDatabase(client: pg.Client, database: DatabaseDefinition): Promise<void> {
  const name = pg.escapeIdentifier(database.name);
  const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database.name]);
  if (!known.rowCount) {
    await client.query(`CREATE DATABASE ${name} OWNER ${pg.escapeIdentifier(database.role)}`);
  }
  await client.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${name} FROM PUBLIC`);
}
