package settings

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

func revision(rev int64) string { return strconv.FormatInt(rev, 10) }

// staff is a member of staff as callers see it.
type staff struct {
	Subject crm.Subject   `json:"subject" readOnly:"true" doc:"The sub of their token." example:"u-mei"`
	Name    string        `json:"name" maxLength:"100" example:"Mei Chen"`
	Role    api.Role      `json:"role" enum:"admin,manager,sales,service,marketing,store,read-only,customer" example:"sales"`
	Stores  []crm.StoreID `json:"stores,omitempty" nullable:"false" maxItems:"500" doc:"The scope of roles that are bound to stores." example:"[\"sh-001\"]"`
	Active  bool          `json:"active" doc:"Who is not active may do nothing; effective within 60 seconds."`
}

type staffBody struct {
	Name   string        `json:"name" minLength:"1" maxLength:"100" example:"Mei Chen"`
	Role   api.Role      `json:"role" enum:"admin,manager,sales,service,marketing,store,read-only,customer" example:"sales"`
	Stores []crm.StoreID `json:"stores,omitempty" nullable:"false" maxItems:"500" example:"[\"sh-001\"]"`
	Active bool          `json:"active" example:"true"`
}

// SubjectPath names a member of staff. Exported, because huma fills no unexported struct that is embedded.
type SubjectPath struct {
	ID crm.Subject `path:"id" minLength:"1" maxLength:"200" doc:"The sub of the token." example:"u-mei"`
}

func (l leaf) registerStaff(a *api.API) {
	api.Register(a, operation("list-staff", http.MethodGet, "/v1/staff", "Who may call"),
		func(ctx context.Context, _ *struct{}) (*list[staff], error) {
			all, err := l.settings.AllStaff(ctx)
			out := &list[staff]{}
			out.Body.Items = make([]staff, len(all))
			for i, v := range all {
				out.Body.Items[i] = shownStaff(v.Value)
			}
			return out, err
		})
	api.Register(a, operation("read-staff", http.MethodGet, "/v1/staff/{id}", "One member of staff"),
		func(ctx context.Context, in *SubjectPath) (*found[staff], error) {
			v, err := l.settings.ReadStaff(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &found[staff]{ETag: api.ETag(revision(v.Rev)), Body: shownStaff(v.Value)}, nil
		})
	api.Register(a, operation("put-staff", http.MethodPut, "/v1/staff/{id}", "Hire, change or dismiss", http.StatusConflict),
		func(ctx context.Context, in *struct {
			SubjectPath
			api.IfMatch
			Body staffBody
		}) (*saved[staff], error) {
			if err := l.storesExist(ctx, in.Body.Stores); err != nil {
				return nil, err
			}
			v := crm.Staff{Subject: in.ID, Name: in.Body.Name, Role: string(in.Body.Role), Stores: in.Body.Stores, Active: in.Body.Active}
			stored, missing := l.settings.ReadStaff(ctx, in.ID)
			return put(ctx, l, in.IfMatch, stored, missing, shownStaff(v), func(rev int64) (int64, error) { return l.settings.PutStaff(ctx, v, rev) })
		})
}

func shownStaff(v crm.Staff) staff {
	return staff{Subject: v.Subject, Name: v.Name, Role: api.Role(v.Role), Stores: v.Stores, Active: v.Active}
}

// storesExist refuses a scope that names a store that there is not.
func (l leaf) storesExist(ctx context.Context, ids []crm.StoreID) error {
	if len(ids) == 0 {
		return nil
	}
	all, err := l.settings.AllStores(ctx)
	if err != nil {
		return err
	}
	for i, id := range ids {
		if !slices.ContainsFunc(all, func(v crm.Versioned[crm.Store]) bool { return v.Value.ID == id }) {
			return crm.Wrong("settings.stores", fmt.Sprintf("stores[%d]", i), "there is no such store")
		}
	}
	return nil
}
