package main

import "guanxi/infra/purchases"

// The words of the file that is replayed.
type (
	purchase = purchases.Purchase
	day      = purchases.Day
)
