package settings

import (
	"context"
	"net/http"
	"strings"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

// document is a setting that there is one of, revision 0 before anybody set it. It is read and replaced whole.
type document[T any] struct {
	name        string // of its operations: read-name, put-name
	path        string
	what        string // completes the summaries: "what figures must not cross"
	description string // of its replacement

	read  func(ctx context.Context) (crm.Versioned[T], error)
	check func(next, stands T) error
	write func(ctx context.Context, v T, rev int64) (int64, error)
}

func (d document[T]) register(l leaf, a *api.API) {
	api.Register(a, operation("read-"+d.name, http.MethodGet, d.path, strings.ToUpper(d.what[:1])+d.what[1:]),
		func(ctx context.Context, _ *struct{}) (*found[T], error) {
			v, err := d.read(ctx)
			return &found[T]{ETag: api.ETag(revision(v.Rev)), Body: v.Value}, err
		})
	put := operation("put-"+d.name, http.MethodPut, d.path, "Set "+d.what, http.StatusConflict)
	put.Description = d.description
	api.Register(a, put, func(ctx context.Context, in *struct {
		api.IfMatch
		Body T
	}) (*found[T], error) {
		stands, err := d.read(ctx)
		if err != nil {
			return nil, err
		}
		if err := in.Expect(revision(stands.Rev)); err != nil {
			return nil, err
		}
		if err := d.check(in.Body, stands.Value); err != nil {
			return nil, err
		}
		if err := l.keys.MakeKeys(ctx); err != nil {
			return nil, err
		}
		rev, err := d.write(ctx, in.Body, stands.Rev)
		return &found[T]{ETag: api.ETag(revision(rev)), Body: in.Body}, err
	})
}
