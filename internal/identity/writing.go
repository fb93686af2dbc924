package identity

import "guanxi/internal/customer"

// Writing is how people of a region write contact points; the zero value is
// DefaultRegion's.
type Writing struct{ Region string }

// Profile is the function of that name, for the region.
func (w Writing) Profile(p customer.Profile) (customer.Profile, error) { return Profile(p, w.Region) }

// Phone is the function of that name, for the region.
func (w Writing) Phone(raw string) (string, bool) { return Phone(raw, w.Region) }

// Email is the function of that name: everybody writes them alike.
func (Writing) Email(raw string) (string, bool) { return Email(raw) }
