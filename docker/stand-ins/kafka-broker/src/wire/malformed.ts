/**
 * The bytes are not what the protocol's grammar allows. The connection that sent them is closed:
 * after a wrong length nobody knows where the next request would begin.
 */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}
