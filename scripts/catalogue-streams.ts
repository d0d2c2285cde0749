/** The categories of streams in the order in which docs/events.md shows them, and what their ids are. */
export const streams: readonly {
  readonly category: string
  /** What stands behind the dash. */
  readonly id: string
  readonly holds: string
}[] = [
  { category: 'deployment', id: 'id of the deployment', holds: 'The deployment itself. One per log.' },
  { category: 'access', id: 'id of the person or service', holds: 'Roles and API keys of one subject.' },
  { category: 'category', id: 'code of the category', holds: 'One category of the taxonomy.' },
  { category: 'partner', id: 'id of the partner', holds: 'One partner.' },
  { category: 'community', id: 'id of the community', holds: 'One community.' },
  {
    category: 'partnership',
    id: 'id derived from partner and community',
    holds: 'The terms between one partner and one community.',
  },
  { category: 'segments', id: 'id of the community', holds: 'All segments of one community.' },
  {
    category: 'roll',
    id: 'id of the segment, a dot, the bucket (0 to 255); later parts: a dot and their number',
    holds: 'Which members of one bucket are in a segment, as recorded.',
  },
  {
    category: 'identity',
    id: 'keyed hash of provider and external id',
    holds: 'Whose an external identity is.',
  },
  { category: 'person', id: 'id of the person', holds: 'One person, across communities.' },
  {
    category: 'membership',
    id: 'id derived from community and person',
    holds: "One person's place in one community.",
  },
  {
    category: 'journey',
    id: 'id of the person or visitor, a dot, the month (UTC, YYYY-MM)',
    holds: 'The touches of one subject in one month.',
  },
  { category: 'campaign', id: 'id of the campaign', holds: 'One campaign and its costs.' },
  { category: 'share', id: 'id of the share', holds: "One sharer's link." },
  { category: 'offer', id: 'id of the offer', holds: 'One offer, in versions.' },
  { category: 'bundle', id: 'id of the bundle', holds: 'One bundle, in versions.' },
  { category: 'purchase', id: 'id of the purchase', holds: 'One purchase and all that happens to it.' },
  { category: 'intake', id: 'id derived from the source of the fact', holds: 'One stated fact that waits.' },
  {
    category: 'webhook',
    id: 'id of the webhook',
    holds: 'An address that wants to be told what happens.',
  },
]
