"""Fits BG/NBD and Gamma-Gamma with Python's lifetimes to rows that are already
aggregated, and tells the parameters and the processor seconds of the fits alone."""

import json
import sys
import time

import pandas
from lifetimes import BetaGeoFitter, GammaGammaFitter


def seconds(fit):
    begin = time.process_time()
    fit()
    return time.process_time() - begin


rows, spend = (pandas.read_csv(path) for path in sys.argv[1:3])
purchases, amounts = BetaGeoFitter(), GammaGammaFitter()
each = rows.loc[rows.index.repeat(rows.customers)]
customers_cpu = seconds(lambda: purchases.fit(each.frequency, each.recency, each.age))
purchases_cpu = seconds(lambda: purchases.fit(rows.frequency, rows.recency, rows.age, weights=rows.customers))
spend_cpu = seconds(lambda: amounts.fit(spend.frequency, spend["mean"], weights=spend.customers))
model = {name: purchases.params_[name] for name in ("r", "alpha", "a", "b")}
print(json.dumps({"model": model, "purchases_cpu": purchases_cpu, "customers_cpu": customers_cpu, "spend_cpu": spend_cpu}))
