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
		"read-profile":         {All, Stores, Stores, All, All, Stores, All, None},
		"list-second-purchase": {All, Stores, Stores, All, All, Stores, All, None},
		"list-buyers":          {All, Stores, Stores, All, All, Stores, All, None},
		"create-customer":      {All, Stores, Stores, All, None, Stores, None, None},
		"read-customer":        {All, Stores, Stores, All, All, Stores, All, None},
		"update-customer":      {All, Stores, Stores, All, None, Stores, None, None},
		"undelete-customer":    {All, None, None, None, None, None, None, None},
		"delete-customer":      {All, None, None, None, None, None, None, None},
		"record-interaction":   {All, Stores, Stores, All, None, Stores, None, None},
		"list-interactions":    {All, Stores, Stores, All, None, Stores, All, None},
		"create-order":         {All, Stores, Stores, None, None, Stores, None, None},
		"read-order":           {All, Stores, Stores, All, None, Stores, All, None},
		"list-orders":          {All, Stores, Stores, All, All, Stores, All, None},
		"amend-order":          {All, Stores, None, None, None, Stores, None, None},
		"cancel-order":         {All, Stores, None, All, None, Stores, None, None},
		"refund-order":         {All, Stores, None, All, None, Stores, None, None},
		"list-customer-orders": {All, Stores, Stores, All, All, Stores, All, None},
		"read-tier":            {All, Stores, Stores, All, All, Stores, All, None},
		"list-tier-history":    {All, Stores, Stores, All, All, Stores, All, None},
		"read-churn":           {All, Stores, Stores, All, All, Stores, All, None},
		"list-churn-warnings":  {All, Stores, Stores, All, All, Stores, All, None},
		"update-churn-warning": {All, Stores, Own, None, None, None, None, None},
		"read-churn-remedies":  {All, All, All, All, All, All, All, None},
		"put-churn-remedies":   {All, None, None, None, None, None, None, None},
		"list-surveys":         {All, All, All, All, All, All, All, None},
		"read-survey":          {All, All, All, All, All, All, All, None},
		"read-survey-version":  {All, All, All, All, All, All, All, None},
		"create-survey":        {All, None, None, None, All, None, None, None},
		"update-survey":        {All, None, None, None, All, None, None, None},
		"invite":               {All, Stores, Stores, All, All, Stores, None, None},
		"list-invitations":     {All, None, None, All, All, None, None, None},
		"read-invitation":      {All, Stores, Stores, All, All, Stores, None, None},
		"update-invitation":    {All, Stores, Stores, All, All, Stores, None, None},
		"read-invitation-qr":   {All, Stores, Stores, All, All, Stores, None, None},
		"list-answers":         {All, Stores, Stores, All, All, Stores, All, None},
		"read-sums":            {All, Stores, Stores, All, All, Stores, All, None},
		"read-nps":             {All, Stores, Stores, All, All, Stores, All, None},
		"read-mix":             {All, Stores, Stores, All, All, Stores, All, None},
		"read-migration":       {All, Stores, Stores, All, All, Stores, All, None},
		"read-repurchase":      {All, Stores, Stores, All, All, Stores, All, None},
		"read-second-purchase": {All, Stores, Stores, All, All, Stores, All, None},
		"read-churn-rate":      {All, Stores, Stores, All, All, Stores, All, None},
		"read-warning-ends":    {All, Stores, Stores, All, All, Stores, All, None},
		"read-top-share":       {All, Stores, Stores, All, All, Stores, All, None},
		"list-alerts":          {All, Stores, Stores, All, All, Stores, All, None},
		"read-thresholds":      {All, All, None, None, All, None, All, None},
		"put-thresholds":       {All, None, None, None, None, None, None, None},
		"list-staff":           {All, None, None, None, None, None, None, None},
		"read-staff":           {All, None, None, None, None, None, None, None},
		"put-staff":            {All, None, None, None, None, None, None, None},
		"list-stores":          {All, All, All, All, All, All, All, None},
		"read-store":           {All, All, All, All, All, All, All, None},
		"read-sign-up-qr":      {All, All, All, All, All, All, All, None},
		"put-store":            {All, None, None, None, None, None, None, None},
		"list-connections":     {All, None, None, None, None, None, None, None},
		"read-connection":      {All, None, None, None, None, None, None, None},
		"put-connection":       {All, None, None, None, None, None, None, None},
		"list-policies":        {All, All, None, None, All, None, All, None},
		"read-policy":          {All, All, None, None, All, None, All, None},
		"read-policy-progress": {All, All, None, None, All, None, All, None},
		"list-models":          {All, All, None, None, All, None, All, None},
		"read-model":           {All, All, None, None, All, None, All, None},
		"list-cuts":            {All, All, None, None, All, None, All, None},
		"read-cuts":            {All, All, None, None, All, None, All, None},
		"create-policy":        {All, None, None, None, None, None, None, None},
		"read-custom-fields":   {All, All, All, All, All, All, All, None},
		"put-custom-fields":    {All, None, None, None, None, None, None, None},

		"read-interaction":          {All, Stores, Stores, All, None, Stores, All, None},
		"update-interaction":        {All, Stores, Stores, All, None, Stores, None, None},
		"delete-interaction":        {All, Stores, Stores, All, None, Stores, None, None},
		"list-interaction-versions": {All, Stores, Stores, All, None, Stores, All, None},
		"record-interactions":       {All, Stores, Stores, All, None, Stores, None, None},

		"list-policy-drafts":    {All, All, None, None, None, None, None, None},
		"read-policy-draft":     {All, All, None, None, None, None, None, None},
		"create-policy-draft":   {All, None, None, None, None, None, None, None},
		"update-policy-draft":   {All, None, None, None, None, None, None, None},
		"discard-policy-draft":  {All, None, None, None, None, None, None, None},
		"activate-policy-draft": {All, None, None, None, None, None, None, None},
		"try-policy-draft":      {All, None, None, None, None, None, None, None},
		"read-what-if":          {All, All, None, None, None, None, None, None},

		"read-segment-figures": {All, Stores, Stores, All, All, Stores, All, None},
		"list-segment-fields":  {All, All, All, All, All, All, All, None},
		"preview-segment":      {All, Stores, None, None, All, None, None, None},
		"list-segments":        {All, All, All, All, All, All, All, None},
		"read-segment":         {All, All, All, All, All, All, All, None},
		"put-segment":          {All, All, None, None, All, None, None, None},
		"delete-segment":       {All, All, None, None, All, None, None, None},
		"list-segment-members": {All, Stores, Stores, All, All, Stores, All, None},

		"open-follow-up":           {All, Stores, Stores, All, None, Stores, None, None},
		"list-follow-ups":          {All, Stores, Own, Own, None, Own, All, None},
		"read-follow-up":           {All, Stores, Own, Own, None, Own, All, None},
		"update-follow-up":         {All, Stores, Own, Own, None, Own, None, None},
		"list-customer-follow-ups": {All, Stores, Stores, All, None, Stores, All, None},
		"list-store-follow-ups":    {All, Stores, None, None, None, None, All, None},
	}
	grants := make(map[string]grant, len(rows)+3)
	for id, by := range rows {
		grants[id] = grant{by: by}
	}
	for _, id := range []string{"sign-up", "read-sign-up-form", "receive-webhook", "read-response", "respond", "read-health", "read-openapi"} {
		grants[id] = grant{public: true}
	}
	return grants
}
