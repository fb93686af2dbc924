package api

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/crm"
)

// Caller is who calls, and on whom they may use the operation they called.
type Caller struct {
	Subject crm.Subject
	Role    Role
	Stores  []crm.StoreID
	Scope   Scope // of this operation
}

// Sees tells whether a customer with these stores (bought in, checked in, home)
// and this owner is in the caller's scope.
func (c Caller) Sees(stores []crm.StoreID, owner crm.Subject) bool {
	switch c.Scope {
	case All:
		return true
	case Stores:
		return owner == c.Subject || slices.ContainsFunc(stores, func(s crm.StoreID) bool { return slices.Contains(c.Stores, s) })
	case Own:
		return owner == c.Subject
	default:
		return false
	}
}

// StaffReader reads the staff item of a subject; without one it returns a
// crm.NotFound. Its role is one of Roles; who is not active may do nothing.
type StaffReader interface {
	Staff(ctx context.Context, subject crm.Subject) (crm.Staff, error)
}

// CallerOf is who called the operation being handled.
func CallerOf(ctx context.Context) Caller { return requestOf(ctx).caller }

// request is what the checks before a handler found out, and what cursors are
// bound to.
type request struct {
	operation string
	route     string
	path      string
	query     string // without cursor and limit
	caller    Caller
}

type requestKey struct{}

func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

func withRequest(ctx huma.Context) huma.Context {
	u := ctx.URL()
	query := u.Query()
	query.Del("cursor")
	query.Del("limit")
	op := ctx.Operation()
	return huma.WithValue(ctx, requestKey{}, request{operation: op.OperationID, route: op.Path, path: u.EscapedPath(), query: query.Encode()})
}

// identify finds out who calls and refuses those who may not.
func (a *API) identify(ctx huma.Context, next func(huma.Context)) {
	ctx = withRequest(ctx)
	request := requestOf(ctx.Context())
	grant := a.table[request.operation]
	if grant.public {
		next(ctx)
		return
	}
	caller, err := a.callers.find(ctx.Context(), crm.EventOf(ctx.Context()))
	if err != nil {
		a.refuse(ctx, err)
		return
	}
	if caller.Scope = grant.to(caller.Role); caller.Scope == None {
		a.refuse(ctx, crm.Fail("api.identify", crm.Forbidden, "the role %s may not do this", caller.Role))
		return
	}
	request.caller = caller
	next(huma.WithValue(ctx, requestKey{}, request))
}

// fresh is how long a staff item is trusted, in the events' time: a dismissed
// member of staff is out after it.
const fresh = time.Minute

// callers remembers who subjects are.
type callers struct {
	staff      StaffReader
	firstAdmin crm.Subject
	mu         sync.Mutex
	known      map[crm.Subject]known
}

type known struct {
	caller Caller
	at     time.Time
}

// maxKnown bounds the memory; a full one is forgotten whole, which costs a read each.
const maxKnown = 1000

func (c *callers) find(ctx context.Context, e crm.Event) (Caller, error) {
	if e.Subject == "" {
		return Caller{}, crm.Fail("api.identify", crm.Unauthenticated, "the request carries no token of a subject")
	}
	if e.Subject == c.firstAdmin {
		return Caller{Subject: e.Subject, Role: Admin}, nil
	}
	c.mu.Lock()
	k, ok := c.known[e.Subject]
	c.mu.Unlock()
	if ok && e.At.Sub(k.at).Abs() < fresh {
		return k.caller, nil
	}
	staff, err := c.staff.Staff(ctx, e.Subject)
	if crm.KindOf(err) == crm.NotFound || err == nil && !staff.Active {
		return Caller{}, crm.Fail("api.identify", crm.Forbidden, "the subject of the token is not on the staff")
	}
	if err != nil {
		return Caller{}, err
	}
	k = known{Caller{Subject: e.Subject, Role: Role(staff.Role), Stores: staff.Stores}, e.At}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= maxKnown {
		clear(c.known)
	}
	c.known[e.Subject] = k
	return k.caller, nil
}
