// scenario.go: what applications do with the official Go client, unmodified, over gRPC.
//
// usage: scenario HOST GRPC_PORT KEY READER_KEY

package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
)

const name = "go scenario"

var (
	ctx    = context.Background()
	client = connect(os.Args[3])
	wait   = qdrant.PtrOf(true)
	uuids  = []string{"2c1a4f0e-58f1-4a3c-9d0c-0b6c0f1a7e11", "9b0d6b7e-6c64-4a0e-8f0e-5f8c7b0f4d22"}
)

func connect(key string) *qdrant.Client {
	port := must(strconv.Atoi(os.Args[2]))
	return must(qdrant.NewClient(&qdrant.Config{Host: os.Args[1], Port: port, APIKey: key, PoolSize: 2}))
}

func fresh(vectors *qdrant.VectorsConfig) {
	if must(client.CollectionExists(ctx, name)) {
		done(client.DeleteCollection(ctx, name))
	}
	done(client.CreateCollection(ctx, &qdrant.CreateCollection{CollectionName: name, VectorsConfig: vectors}))
}

func fourNumbers() *qdrant.VectorsConfig {
	return qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 4, Distance: qdrant.Distance_Cosine})
}

func points(n int) []*qdrant.PointStruct {
	list := make([]*qdrant.PointStruct, n)
	for i := range list {
		list[i] = &qdrant.PointStruct{
			Id:      qdrant.NewIDNum(uint64(i)),
			Vectors: qdrant.NewVectors(1, float32(i)/10, 0.5, float32(i%3)/3),
			Payload: qdrant.NewValueMap(map[string]any{
				"n": i, "kind": string("abc"[i%3]), "price": float64(i) + 0.5, "tags": []any{fmt.Sprint("t", i%2), "all"}}),
		}
	}
	return list
}

func filled(n int) {
	fresh(fourNumbers())
	must(client.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: name, Wait: wait, Points: points(n)}))
}

func total(filter *qdrant.Filter) uint64 {
	return must(client.Count(ctx, &qdrant.CountPoints{CollectionName: name, Filter: filter, Exact: qdrant.PtrOf(true)}))
}

func query(request *qdrant.QueryPoints) []*qdrant.ScoredPoint {
	request.CollectionName = name
	return must(client.Query(ctx, request))
}

func ids[P interface{ GetId() *qdrant.PointId }](list []P) []uint64 {
	numbers := make([]uint64, 0, len(list))
	for _, point := range list {
		numbers = append(numbers, point.GetId().GetNum())
	}
	return numbers
}

func payloadOf(id uint64) map[string]*qdrant.Value {
	found := must(client.Get(ctx, &qdrant.GetPoints{
		CollectionName: name, Ids: []*qdrant.PointId{qdrant.NewIDNum(id)}, WithPayload: qdrant.NewWithPayload(true)}))
	return found[0].GetPayload()
}

func requiring(condition *qdrant.Condition) *qdrant.Filter {
	return &qdrant.Filter{Must: []*qdrant.Condition{condition}}
}

func collections() {
	fresh(fourNumbers())
	same(must(client.CollectionExists(ctx, name)), true)
	same(slices.Contains(must(client.ListCollections(ctx)), name), true)
	info := must(client.GetCollectionInfo(ctx, name))
	params := info.GetConfig().GetParams().GetVectorsConfig().GetParams()
	same(params.GetSize(), uint64(4))
	same(params.GetDistance(), qdrant.Distance_Cosine)
	same(info.GetStatus(), qdrant.CollectionStatus_Green)
	raises(codes.AlreadyExists, "already exists",
		client.CreateCollection(ctx, &qdrant.CreateCollection{CollectionName: name, VectorsConfig: fourNumbers()}))
	done(client.UpdateCollection(ctx, &qdrant.UpdateCollection{
		CollectionName: name, OptimizersConfig: &qdrant.OptimizersConfigDiff{IndexingThreshold: qdrant.PtrOf(uint64(5))}}))
	same(must(client.GetCollectionInfo(ctx, name)).GetConfig().GetOptimizerConfig().GetIndexingThreshold(), uint64(5))
	done(client.DeleteCollection(ctx, name))
	same(must(client.CollectionExists(ctx, name)), false)
	raised[*qdrant.CollectionInfo](codes.NotFound, "Collection `go scenario` doesn't exist!")(client.GetCollectionInfo(ctx, name))
}

func search() {
	filled(20)
	like5 := qdrant.NewQuery(1, 0.5, 0.5, 2.0/3)
	hits := query(&qdrant.QueryPoints{Query: like5, Limit: qdrant.PtrOf(uint64(3)), WithPayload: qdrant.NewWithPayload(true)})
	same(len(hits), 3)
	same(hits[0].GetId().GetNum(), uint64(5))
	same(math.Abs(float64(hits[0].GetScore())-1) < 1e-5, true)
	same(hits[0].GetPayload()["kind"].GetStringValue(), "c")
	same(slices.Contains(ids(query(&qdrant.QueryPoints{Query: qdrant.NewQueryID(qdrant.NewIDNum(5))})), 5), false)
	over := query(&qdrant.QueryPoints{Query: like5, ScoreThreshold: qdrant.PtrOf(float32(0.9999)), Limit: qdrant.PtrOf(uint64(20))})
	same(len(over) > 0 && len(over) < 20, true)
	withVector := must(client.Get(ctx, &qdrant.GetPoints{
		CollectionName: name, Ids: []*qdrant.PointId{qdrant.NewIDNum(3)}, WithVectors: qdrant.NewWithVectors(true)}))
	same(len(withVector[0].GetVectors().GetVector().GetDense().GetData()), 4)
}

func filters() {
	filled(20)
	same(total(requiring(qdrant.NewMatch("kind", "a"))), uint64(7))
	cheap := requiring(qdrant.NewRange("price", &qdrant.Range{Lt: qdrant.PtrOf(3.0)}))
	cheap.MustNot = []*qdrant.Condition{qdrant.NewMatch("tags", "t0")}
	same(ids(must(client.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: name, Filter: cheap}))), []uint64{1})
	two := requiring(qdrant.NewHasID(qdrant.NewIDNum(3), qdrant.NewIDNum(4), qdrant.NewIDNum(99)))
	found := ids(query(&qdrant.QueryPoints{Query: qdrant.NewQuery(1, 1, 1, 1), Filter: two}))
	slices.Sort(found)
	same(found, []uint64{3, 4})
	either := requiring(qdrant.NewIsEmpty("none"))
	either.Should = []*qdrant.Condition{qdrant.NewMatchInt("n", 1), qdrant.NewMatchInts("n", 2, 30)}
	same(total(either), uint64(2))
}

func recommend() {
	filled(20)
	positive := []*qdrant.VectorInput{qdrant.NewVectorInputID(qdrant.NewIDNum(2)), qdrant.NewVectorInput(1, 0.25, 0.5, 0.6)}
	for _, strategy := range []qdrant.RecommendStrategy{qdrant.RecommendStrategy_AverageVector, qdrant.RecommendStrategy_BestScore} {
		found := ids(query(&qdrant.QueryPoints{Limit: qdrant.PtrOf(uint64(4)), Query: qdrant.NewQueryRecommend(&qdrant.RecommendInput{
			Positive: positive, Negative: []*qdrant.VectorInput{qdrant.NewVectorInputID(qdrant.NewIDNum(19))}, Strategy: &strategy})}))
		same(len(found), 4)
		same(slices.Contains(found, 2) || slices.Contains(found, 19), false)
	}
}

func scroll() {
	filled(20)
	seen, offset := []uint64{}, (*qdrant.PointId)(nil)
	for pages := 0; pages == 0 || offset != nil; pages++ {
		page, next, err := client.ScrollAndOffset(ctx, &qdrant.ScrollPoints{
			CollectionName: name, Limit: qdrant.PtrOf(uint32(7)), Offset: offset})
		done(err)
		seen, offset = append(seen, ids(page)...), next
	}
	same(len(seen), 20)
	same(slices.IsSorted(seen), true)
	must(client.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{
		CollectionName: name, FieldName: "n", FieldType: qdrant.FieldType_FieldTypeInteger.Enum(), Wait: wait}))
	ordered := must(client.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: name, Limit: qdrant.PtrOf(uint32(3)), OrderBy: &qdrant.OrderBy{Key: "n", Direction: qdrant.Direction_Desc.Enum()}}))
	same(ids(ordered), []uint64{19, 18, 17})
}

func payloads() {
	filled(4)
	one, two := qdrant.NewPointsSelector(qdrant.NewIDNum(1)), qdrant.NewPointsSelector(qdrant.NewIDNum(2))
	must(client.SetPayload(ctx, &qdrant.SetPayloadPoints{CollectionName: name, Wait: wait, PointsSelector: one,
		Payload: qdrant.NewValueMap(map[string]any{"new": 1, "kind": nil})}))
	same(payloadOf(1)["new"].GetIntegerValue(), int64(1))
	same(payloadOf(1)["price"].GetDoubleValue(), 1.5)
	must(client.OverwritePayload(ctx, &qdrant.SetPayloadPoints{CollectionName: name, Wait: wait, PointsSelector: two,
		Payload: qdrant.NewValueMap(map[string]any{"only": map[string]any{"deep": []any{1}}})}))
	must(client.SetPayload(ctx, &qdrant.SetPayloadPoints{CollectionName: name, Wait: wait, PointsSelector: two,
		Payload: qdrant.NewValueMap(map[string]any{"x": 2}), Key: qdrant.PtrOf("only")}))
	must(client.DeletePayload(ctx, &qdrant.DeletePayloadPoints{CollectionName: name, Wait: wait, PointsSelector: two,
		Keys: []string{"only.deep"}}))
	same(payloadOf(2)["only"].GetStructValue().GetFields()["x"].GetIntegerValue(), int64(2))
	same(len(payloadOf(2)["only"].GetStructValue().GetFields()), 1)
	must(client.ClearPayload(ctx, &qdrant.ClearPayloadPoints{CollectionName: name, Wait: wait, Points: two}))
	same(len(payloadOf(2)), 0)
}

func deletes() {
	filled(20)
	must(client.Delete(ctx, &qdrant.DeletePoints{CollectionName: name, Wait: wait,
		Points: qdrant.NewPointsSelector(qdrant.NewIDNum(0), qdrant.NewIDNum(1), qdrant.NewIDNum(1000))}))
	must(client.Delete(ctx, &qdrant.DeletePoints{CollectionName: name, Wait: wait,
		Points: qdrant.NewPointsSelectorFilter(requiring(qdrant.NewRange("n", &qdrant.Range{Gte: qdrant.PtrOf(15.0)})))}))
	same(total(nil), uint64(13))
}

func batches() {
	filled(3)
	fifty := qdrant.NewPointsSelector(qdrant.NewIDNum(50))
	updates := must(client.UpdateBatch(ctx, &qdrant.UpdateBatchPoints{CollectionName: name, Wait: wait,
		Operations: []*qdrant.PointsUpdateOperation{
			qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{
				Points: []*qdrant.PointStruct{{Id: qdrant.NewIDNum(50), Vectors: qdrant.NewVectors(1, 0, 0, 0)}}}),
			qdrant.NewPointsUpdateSetPayload(&qdrant.PointsUpdateOperation_SetPayload{
				Payload: qdrant.NewValueMap(map[string]any{"z": 1}), PointsSelector: fifty}),
			qdrant.NewPointsUpdateDeletePoints(&qdrant.PointsUpdateOperation_DeletePoints{
				Points: qdrant.NewPointsSelector(qdrant.NewIDNum(0))}),
		}}))
	for _, update := range updates {
		same(update.GetStatus(), qdrant.UpdateStatus_Completed)
	}
	same([]any{len(updates), total(nil), payloadOf(50)["z"].GetIntegerValue()}, []any{3, uint64(3), int64(1)})
	searches := make([]*qdrant.QueryPoints, 3)
	for i := range searches {
		searches[i] = &qdrant.QueryPoints{CollectionName: name, Query: qdrant.NewQuery(1, float32(i), 0, 0), Limit: qdrant.PtrOf(uint64(2))}
	}
	for i, answer := range must(client.QueryBatch(ctx, &qdrant.QueryBatchPoints{CollectionName: name, QueryPoints: searches})) {
		same(ids(answer.GetResult()), ids(query(searches[i])))
	}
}

func namedVectors() {
	fresh(qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{
		"a": {Size: 2, Distance: qdrant.Distance_Euclid}, "b": {Size: 3, Distance: qdrant.Distance_Manhattan}}))
	first, second := qdrant.NewIDUUID(uuids[0]), qdrant.NewIDUUID(uuids[1])
	pair := func(id *qdrant.PointId, a, b []float32) *qdrant.PointStruct {
		return &qdrant.PointStruct{Id: id, Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{
			"a": qdrant.NewVectorDense(a), "b": qdrant.NewVectorDense(b)})}
	}
	must(client.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: name, Wait: wait, Points: []*qdrant.PointStruct{
		pair(first, []float32{1, 2}, []float32{1, 2, 3}), pair(second, []float32{4, 6}, []float32{9, 9, 9})}}))
	hits := query(&qdrant.QueryPoints{Query: qdrant.NewQuery(1, 2), Using: qdrant.PtrOf("a"), WithVectors: qdrant.NewWithVectors(true)})
	same([]string{hits[0].GetId().GetUuid(), hits[1].GetId().GetUuid()}, []string{first.GetUuid(), second.GetUuid()})
	same([]float32{hits[0].GetScore(), hits[1].GetScore()}, []float32{0, 5})
	same(hits[1].GetVectors().GetVectors().GetVectors()["b"].GetDense().GetData(), []float32{9, 9, 9})
	must(client.DeleteVectors(ctx, &qdrant.DeletePointVectors{CollectionName: name, Wait: wait,
		PointsSelector: qdrant.NewPointsSelector(first), Vectors: &qdrant.VectorsSelector{Names: []string{"a"}}}))
	same(len(query(&qdrant.QueryPoints{Query: qdrant.NewQuery(1, 2), Using: qdrant.PtrOf("a")})), 1)
}

func payloadIndexes() {
	filled(20)
	kinds := &qdrant.FacetCounts{CollectionName: name, Key: "kind", Exact: qdrant.PtrOf(true)}
	raised[[]*qdrant.FacetHit](codes.InvalidArgument, "No appropriate index for faceting")(client.Facet(ctx, kinds))
	must(client.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{CollectionName: name, FieldName: "kind", Wait: wait,
		FieldType:        qdrant.FieldType_FieldTypeKeyword.Enum(),
		FieldIndexParams: qdrant.NewPayloadIndexParams(&qdrant.KeywordIndexParams{IsTenant: qdrant.PtrOf(true)})}))
	found := []any{}
	for _, hit := range must(client.Facet(ctx, kinds)) {
		found = append(found, hit.GetValue().GetStringValue(), hit.GetCount())
	}
	same(found, []any{"a", uint64(7), "b", uint64(7), "c", uint64(6)})
	schema := must(client.GetCollectionInfo(ctx, name)).GetPayloadSchema()["kind"]
	same(schema.GetDataType(), qdrant.PayloadSchemaType_Keyword)
	same([]any{schema.GetParams().GetKeywordIndexParams().GetIsTenant(), schema.GetPoints()}, []any{true, uint64(20)})
	must(client.DeleteFieldIndex(ctx, &qdrant.DeleteFieldIndexCollection{CollectionName: name, FieldName: "kind", Wait: wait}))
	same(len(must(client.GetCollectionInfo(ctx, name)).GetPayloadSchema()), 0)
}

func aliases() {
	filled(3)
	done(client.CreateAlias(ctx, "go other", name))
	same(must(client.Count(ctx, &qdrant.CountPoints{CollectionName: "go other"})), uint64(3))
	same(must(client.ListCollectionAliases(ctx, name)), []string{"go other"})
	done(client.DeleteAlias(ctx, "go other"))
	raised[uint64](codes.NotFound, "doesn't exist")(client.Count(ctx, &qdrant.CountPoints{CollectionName: "go other"}))
}

func errors() {
	filled(1)
	upsert := &qdrant.UpsertPoints{CollectionName: name, Points: []*qdrant.PointStruct{{Id: qdrant.NewIDNum(1), Vectors: qdrant.NewVectors(1, 2)}}}
	raised[*qdrant.UpdateResult](codes.InvalidArgument, "expected dim: 4, got 2")(client.Upsert(ctx, upsert))
	refused := func(code codes.Code, part string, request *qdrant.QueryPoints) {
		request.CollectionName = name
		raised[[]*qdrant.ScoredPoint](code, part)(client.Query(ctx, request))
	}
	refused(codes.InvalidArgument, "expected dim: 4, got 3", &qdrant.QueryPoints{Query: qdrant.NewQuery(1, 2, 3)})
	refused(codes.NotFound, "No point with id 77 found", &qdrant.QueryPoints{Query: qdrant.NewQueryID(qdrant.NewIDNum(77))})
	refused(codes.InvalidArgument, "Not existing vector name error: x",
		&qdrant.QueryPoints{Query: qdrant.NewQuery(1, 2, 3, 4), Using: qdrant.PtrOf("x")})
	same(total(nil), uint64(1))
}

func keys() {
	reader := connect(os.Args[4])
	same(must(reader.Count(ctx, &qdrant.CountPoints{CollectionName: name})) >= 1, true)
	raises(codes.PermissionDenied, "Global manage access is required",
		reader.CreateCollection(ctx, &qdrant.CreateCollection{CollectionName: "go no"}))
	raised[[]string](codes.Unauthenticated, "Invalid API key or JWT")(connect("wrong").ListCollections(ctx))
	raised[[]string](codes.Unauthenticated, "Must provide an API key")(connect("").ListCollections(ctx))
	same(must(client.HealthCheck(ctx)).GetTitle(), "qdrant - vector search engine")
}

func main() {
	run("collections", collections)
	run("upsert and search", search)
	run("filters", filters)
	run("recommend", recommend)
	run("scroll pages and order", scroll)
	run("payloads", payloads)
	run("deletes", deletes)
	run("batches", batches)
	run("named vectors and uuids", namedVectors)
	run("payload indexes and facets", payloadIndexes)
	run("aliases", aliases)
	run("errors", errors)
	run("keys", keys)
	done(client.DeleteCollection(ctx, name))
	finish()
}
