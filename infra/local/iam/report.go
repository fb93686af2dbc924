package iam

import "slices"

// Account is what a function was granted, used and refused since the start. What an event source mapping needs counts as
// used.
type Account struct {
	Name    string  `json:"name"` // the function's logical id
	Granted []Usage `json:"granted"`
	Unused  []Grant `json:"unused"`
	Refused []Usage `json:"refused"`
}

// Usage is how often a grant was used, or a call that had none was refused.
type Usage struct {
	Grant
	Times int `json:"times"`
}

// Accounts returns one for each function, in the template's order.
func (l *Ledger) Accounts() []Account {
	all := make([]Account, 0, len(l.callers))
	for _, c := range l.callers {
		all = append(all, c.account())
	}
	return all
}

func (c *caller) account() Account {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := Account{Name: c.function, Granted: []Usage{}, Unused: []Grant{}, Refused: []Usage{}}
	for i, g := range c.policy {
		a.Granted = append(a.Granted, Usage{g, c.used[i]})
		if c.used[i] == 0 {
			a.Unused = append(a.Unused, g)
		}
	}
	for r, times := range c.refused {
		a.Refused = append(a.Refused, Usage{Grant{Action: r.action, Resource: r.resource}, times})
	}
	slices.SortFunc(a.Refused, func(x, y Usage) int { return y.Times - x.Times })
	return a
}
