/** What every actor tells about itself, on this thread or on another, without being asked to. */

export interface ActorMetrics {
  readonly name: string;
  readonly state: string;
  /** Messages that wait now; over a port, those sent and not yet answered. */
  readonly depth: number;
  /** The most that ever waited at once. */
  readonly depthMax: number;
  /** Messages handled to the end; over a port, calls that got a reply. */
  readonly handled: number;
  /** The waits of all messages together; over a port, from call to reply. */
  readonly waitMs: number;
  /** The time spent handling them, on the actor's own thread. */
  readonly handlingMs: number;
  /** How often it was started again after it had died. */
  readonly restarts: number;
}
