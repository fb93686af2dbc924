package settings

import (
	"context"
	"net/http"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

type storeBody struct {
	Name    string      `json:"name" minLength:"1" maxLength:"100" example:"Shanghai, Huaihai Road"`
	Manager crm.Subject `json:"manager,omitempty" maxLength:"200" doc:"Sees to warnings that nobody owns." example:"u-li"`
}

// StorePath names a store. Exported, because huma fills no unexported struct that is embedded.
type StorePath struct {
	ID crm.StoreID `path:"id" pattern:"^[a-z0-9][a-z0-9-]{0,62}$" doc:"Chosen by the retailer." example:"sh-001"`
}

func (l leaf) registerStores(a *api.API) {
	api.Register(a, operation("list-stores", http.MethodGet, "/v1/stores", "All stores"),
		func(ctx context.Context, _ *struct{}) (*list[crm.Store], error) {
			all, err := l.settings.AllStores(ctx)
			out := &list[crm.Store]{}
			out.Body.Items = make([]crm.Store, len(all))
			for i, v := range all {
				out.Body.Items[i] = v.Value
			}
			return out, err
		})
	api.Register(a, operation("read-store", http.MethodGet, "/v1/stores/{id}", "One store"),
		func(ctx context.Context, in *StorePath) (*found[crm.Store], error) {
			v, err := l.settings.ReadStore(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &found[crm.Store]{ETag: api.ETag(revision(v.Rev)), Body: v.Value}, nil
		})
	api.Register(a, operation("put-store", http.MethodPut, "/v1/stores/{id}", "Open or change a store", http.StatusConflict),
		func(ctx context.Context, in *struct {
			StorePath
			api.IfMatch
			Body storeBody
		}) (*saved[crm.Store], error) {
			v := crm.Store{ID: in.ID, Name: in.Body.Name, Manager: in.Body.Manager}
			stored, missing := l.settings.ReadStore(ctx, in.ID)
			return put(ctx, l, in.IfMatch, stored, missing, v, func(rev int64) (int64, error) { return l.settings.PutStore(ctx, v, rev) })
		})
}
