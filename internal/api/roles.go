package api

// Role is what a member of staff (or a program) may do, as their staff item says.
type Role string

const (
	Admin     Role = "admin"
	Manager   Role = "manager"   // of one or more stores
	Sales     Role = "sales"     // looks after customers of their stores
	Service   Role = "service"   // answers whoever calls
	Marketing Role = "marketing" // sees all, reaches nobody
	Store     Role = "store"     // the till and who stands at it
	ReadOnly  Role = "read-only"
	Customer  Role = "customer" // nothing yet: no subject is linked to a profile
)

// Roles are all there are, in the order of the table's columns.
func Roles() []Role {
	return []Role{Admin, Manager, Sales, Service, Marketing, Store, ReadOnly, Customer}
}

// Scope is on whom a role may use an operation.
type Scope string

const (
	None   Scope = "none"
	Own    Scope = "own"    // customers whose owner the caller is
	Stores Scope = "stores" // customers who bought, checked in or are at home in the caller's stores; and own
	All    Scope = "all"
)

// grant is one row of the table: the scope for each role, or public.
type grant struct {
	public bool
	by     [8]Scope // as Roles
}

func (g grant) to(role Role) Scope {
	for i, r := range Roles() {
		if r == role && g.by[i] != "" {
			return g.by[i]
		}
	}
	return None
}

// scopes describes the row in the OpenAPI document.
func (g grant) scopes() map[string]string {
	all := map[string]string{}
	for i, r := range Roles() {
		if g.by[i] != None {
			all[string(r)] = string(g.by[i])
		}
	}
	return all
}

// table says who may do what, on whom. There is no other place.
func table() map[string]grant {
	rows := map[string][8]Scope{
		//                      admin manager sales   service market store   read   customer
		"list-customers":       {All, Stores, Stores, All, All, Stores, All, None},
		"create-customer":      {All, Stores, Stores, All, None, Stores, None, None},
		"read-customer":        {All, Stores, Stores, All, All, Stores, All, None},
		"update-customer":      {All, Stores, Stores, All, None, Stores, None, None},
		"delete-customer":      {All, None, None, None, None, None, None, None},
		"record-interaction":   {All, Stores, Stores, All, None, Stores, None, None},
		"list-interactions":    {All, Stores, Stores, All, None, Stores, All, None},
		"create-order":         {All, Stores, Stores, None, None, Stores, None, None},
		"read-order":           {All, Stores, Stores, All, None, Stores, All, None},
		"refund-order":         {All, Stores, None, All, None, Stores, None, None},
		"list-customer-orders": {All, Stores, Stores, All, All, Stores, All, None},
		"read-tier":            {All, Stores, Stores, All, All, Stores, All, None},
		"list-tier-history":    {All, Stores, Stores, All, All, Stores, All, None},
		"read-churn":           {All, Stores, Stores, All, All, Stores, All, None},
		"list-churn-warnings":  {All, Stores, Stores, All, All, Stores, All, None},
		"close-churn-warning":  {All, Stores, Own, None, None, None, None, None},
		"list-staff":           {All, None, None, None, None, None, None, None},
		"read-staff":           {All, None, None, None, None, None, None, None},
		"put-staff":            {All, None, None, None, None, None, None, None},
		"list-stores":          {All, All, All, All, All, All, All, None},
		"read-store":           {All, All, All, All, All, All, All, None},
		"put-store":            {All, None, None, None, None, None, None, None},
		"list-connections":     {All, None, None, None, None, None, None, None},
		"read-connection":      {All, None, None, None, None, None, None, None},
		"put-connection":       {All, None, None, None, None, None, None, None},
		"list-policies":        {All, All, None, None, All, None, All, None},
		"read-policy":          {All, All, None, None, All, None, All, None},
		"create-policy":        {All, None, None, None, None, None, None, None},
	}
	grants := make(map[string]grant, len(rows)+3)
	for id, by := range rows {
		grants[id] = grant{by: by}
	}
	for _, id := range []string{"receive-webhook", "read-health", "read-openapi"} {
		grants[id] = grant{public: true}
	}
	return grants
}
