/** Every projection there is. */
import type { Projection } from '../projection.ts'
import { access } from './access.ts'
import { activity } from './activity.ts'
import { attributionView } from './attribution.ts'
import { catalogueView } from './catalogue.ts'
import { directory } from './directory.ts'
import { intake } from './intake.ts'
import { journal } from './journal.ts'
import { matrix } from './matrix.ts'
import { membersView } from './members.ts'
import { purchaseList } from './purchases.ts'
import { revenueSplit } from './split.ts'
import { webhooksView } from './webhooks.ts'

export const allProjections: readonly Projection[] = [
  access,
  activity,
  attributionView,
  catalogueView,
  directory,
  intake,
  journal,
  matrix,
  membersView,
  purchaseList,
  revenueSplit,
  webhooksView,
]
