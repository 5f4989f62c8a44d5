/** A transition: what an actor decides. The shell around it (./actor.ts) does what it asked for. */

/**
 * Takes what the actor remembers and one message, gives what it remembers next and what it wants
 * done. Synchronous and pure: time, ids and chance arrive in messages.
 */
export type Transition<State, Message, Effect> = (
  state: State,
  message: Message,
) => readonly [State, readonly Effect[]];
