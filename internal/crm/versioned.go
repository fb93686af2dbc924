package crm

// Versioned is a stored value and its revision, which a conditional write names.
// Revision 0 means that there is none yet.
type Versioned[T any] struct {
	Value T
	Rev   int64
}
