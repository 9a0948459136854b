import { FORMER_SIZE, makeBag, makeList, makeListWithNulls, makeSet } from './collecting.ts';
import { count, countIf, distinctCount } from './counting.ts';
import { max, min, takeAny } from './extremes.ts';
import { onlyIf, type AggregateFamily } from './gathering.ts';
import { average, stdev, stdevp, sum, variance, variancep } from './numeric.ts';

/** Aggregations that give one value. */
export const AGGREGATES: Readonly<Record<string, AggregateFamily>> = {
  any: takeAny,
  anyif: onlyIf(takeAny, 1),
  avg: average,
  avgif: onlyIf(average, 1),
  count,
  count_distinct: distinctCount,
  count_distinctif: onlyIf(distinctCount, 1),
  countif: countIf,
  dcount: distinctCount,
  dcountif: onlyIf(distinctCount, 1),
  make_bag: makeBag,
  make_bag_if: onlyIf(makeBag, 1),
  make_list: makeList(),
  make_list_if: onlyIf(makeList(), 1),
  make_list_with_nulls: makeListWithNulls,
  make_set: makeSet(),
  make_set_if: onlyIf(makeSet(), 1),
  makelist: makeList(FORMER_SIZE),
  makeset: makeSet(FORMER_SIZE),
  max,
  maxif: onlyIf(max, 1),
  min,
  minif: onlyIf(min, 1),
  stdev,
  stdevif: onlyIf(stdev, 1),
  stdevp,
  sum,
  sumif: onlyIf(sum, 1),
  take_any: takeAny,
  take_anyif: onlyIf(takeAny, 1),
  variance,
  varianceif: onlyIf(variance, 1),
  variancep,
};
