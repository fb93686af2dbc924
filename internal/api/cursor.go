package api

import (
	"context"
	"encoding/base64"
	"strings"

	"guanxi/internal/crm"
)

// Page is how every list is paged; its input embeds it.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"The most entries to return."`
	Cursor string `query:"cursor" maxLength:"2048" pattern:"^[A-Za-z0-9_-]+$" doc:"The next_cursor of the page before; it fits only the same caller and query."`
}

// Listed is the answer of every list.
type Listed[T any] struct {
	Body struct {
		Items []T    `json:"items" nullable:"false"`
		Next  string `json:"next_cursor,omitempty" doc:"Leads to the next page; absent on the last."`
	}
}

// List answers one page: read gives what lies after a position, and the
// position where it stopped, empty at the end; show is how callers see one of it.
func List[S, T any](ctx context.Context, a *API, p Page, read func(limit int, after string) ([]S, string, error), show func(S) (T, error)) (*Listed[T], error) {
	after, err := a.OpenCursor(ctx, p.Cursor)
	if err != nil {
		return nil, err
	}
	stored, next, err := read(p.Limit, after)
	if err != nil {
		return nil, err
	}
	out := &Listed[T]{}
	out.Body.Items = make([]T, len(stored))
	for i, s := range stored {
		if out.Body.Items[i], err = show(s); err != nil {
			return nil, err
		}
	}
	out.Body.Next, err = a.SealCursor(ctx, next)
	return out, err
}

// Sealer hides and protects cursors. What was sealed opens only with the same bound.
type Sealer interface {
	Seal(ctx context.Context, clear, bound []byte) ([]byte, error)
	Open(ctx context.Context, sealed, bound []byte) ([]byte, error)
}

// SealCursor makes the cursor that leads to a position in the list being
// handled. It is bound to caller, role, operation, path and query; an empty position,
// the end of the list, makes an empty cursor.
func (a *API) SealCursor(ctx context.Context, position string) (string, error) {
	if position == "" {
		return "", nil
	}
	sealed, err := a.cursors.Seal(ctx, []byte(position), bound(ctx))
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// OpenCursor gives back the position, and "" for an empty cursor. A cursor of
// somebody else, of another list or of another query is a crm.Malformed.
func (a *API) OpenCursor(ctx context.Context, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	refused := &crm.Error{Op: "api.cursor", Kind: crm.Malformed, Detail: "the cursor does not belong to this query",
		Fields: []crm.Field{{Path: "query.cursor", Message: "start again without it"}}}
	sealed, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return "", refused
	}
	position, err := a.cursors.Open(ctx, sealed, bound(ctx))
	if crm.KindOf(err) == crm.Unavailable {
		return "", err
	}
	if err != nil {
		return "", refused
	}
	return string(position), nil
}

// bound is what a cursor belongs to. The parts can't contain the separator: an
// encoded path or query has no line break, and the others are not the caller's
// to choose.
func bound(ctx context.Context) []byte {
	r := requestOf(ctx)
	return []byte(strings.Join([]string{r.operation, string(r.caller.Role), r.path, r.query, string(r.caller.Subject)}, "\n"))
}
