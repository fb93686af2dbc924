package api

import (
	"strings"

	"guanxi/internal/crm"
)

// IfMatch is the header of operations that change what somebody else may be
// changing too. An input embeds it, and asks Expect before it writes; the store
// then makes the revision the condition of the write.
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"200" doc:"The ETag that the change is based on." example:"\"rev_0190163d8694739b9c5f1e2d3a4b5c6d\""`
}

// Expect is nil when the header names the revision that stands. Without the
// header it is a crm.PreconditionNeeded, with another revision a crm.Stale.
func (h IfMatch) Expect(revision string) error {
	if h.IfMatch == "" {
		return crm.Fail("api.IfMatch", crm.PreconditionNeeded, "send the ETag of what you read as If-Match")
	}
	for tag := range strings.SplitSeq(h.IfMatch, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || tag == ETag(revision) {
			return nil
		}
	}
	return crm.Fail("api.IfMatch", crm.Stale, "it was changed meanwhile: read it again")
}

// ETag is the header's form of a revision, which is opaque: never a hash of
// content, which would tell whether a guess about masked fields is right.
func ETag(revision string) string { return `"` + revision + `"` }
