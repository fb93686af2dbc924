package intake

import "guanxi/internal/crm"

// Address is what lies in an order's own partition, read at one moment.
type Address struct {
	Customer crm.CustomerID // whose order it is; empty: the order has not come yet
	Gone     bool           // the order was deleted at its source …
	Deletion crm.Origin     // … as this delivery said
	Turn     int64          // how often people have changed it: whoever changes it names the turn they saw
	Refunds  []crm.Refund   // all that came for the order, whether passed on or not
}
