; made by benchmarks.loops of loops.py 063857631b9826a1038eee656280298b00bdb5ea4011b108a93eeac7d1ca1697
define i32 @decode.numba(ptr %retptr, ptr %excinfo, ptr %arg.indices, ptr %arg.rows, i64 %arg.count, i64 %arg.first, i64 %arg.lanes, ptr %arg.cdf, ptr %arg.start, ptr %arg.lookup, ptr %arg.words, i64 %arg.available, i64 %arg.position, ptr %arg.states) {
B0.endif:
  %.122113.not = icmp slt i64 %arg.count, 1
  br i1 %.122113.not, label %common.ret, label %B42.preheader

B42.preheader:
  %scevgep = getelementptr i8, ptr %arg.cdf, i64 8
  br label %B42

B42:
  %lane.3.0117 = phi i64 [ %spec.select, %B860 ], [ %arg.first, %B42.preheader ]
  %position.2.0116 = phi i64 [ %position.3.1, %B860 ], [ %arg.position, %B42.preheader ]
  %.128111114 = phi i64 [ %.135, %B860 ], [ 0, %B42.preheader ]
  %.135 = add i64 %.128111114, 1
  %.165 = getelementptr i32, ptr %arg.rows, i64 %.128111114
  %.166 = load i32, ptr %.165, align 4
  %.169 = getelementptr i64, ptr %arg.states, i64 %lane.3.0117
  %.170 = load i64, ptr %.169, align 8
  %.175 = and i64 %.170, 65535
  %.180 = sext i32 %.166 to i64
  %.181 = getelementptr i32, ptr %arg.start, i64 %.180
  %.182 = load i32, ptr %.181, align 4
  %.183 = sext i32 %.182 to i64
  %.190 = lshr i64 %.175, 8
  %.idx = shl i64 %.180, 9
  %0 = getelementptr i8, ptr %arg.lookup, i64 %.idx
  %.193 = getelementptr i16, ptr %0, i64 %.190
  %.194 = load i16, ptr %.193, align 2
  %.195 = zext i16 %.194 to i64
  %1 = getelementptr i32, ptr %arg.cdf, i64 %.183
  %2 = getelementptr i32, ptr %1, i64 %.195
  %.206 = getelementptr i8, ptr %2, i64 4
  %.207 = load i32, ptr %.206, align 4
  %.208 = sext i32 %.207 to i64
  %.210.not = icmp slt i64 %.175, %.208
  br i1 %.210.not, label %B470, label %B388.preheader

B388.preheader:
  %3 = shl i64 %.183, 2
  %scevgep1 = getelementptr i8, ptr %scevgep, i64 %3
  br label %B388

B388:
  %index.2.1 = phi i64 [ %.213, %B388 ], [ %.195, %B388.preheader ]
  %.213 = add i64 %index.2.1, 1
  %4 = shl i64 %index.2.1, 2
  %scevgep2 = getelementptr i8, ptr %scevgep1, i64 %4
  %.223 = load i32, ptr %scevgep2, align 4
  %.224 = sext i32 %.223 to i64
  %.226.not = icmp slt i64 %.175, %.224
  br i1 %.226.not, label %B470, label %B388

B470:
  %index.3.2 = phi i64 [ %.195, %B42 ], [ %.213, %B388 ]
  %5 = getelementptr i32, ptr %arg.cdf, i64 %index.3.2
  %.238 = getelementptr i32, ptr %5, i64 %.183
  %.239 = load i32, ptr %.238, align 4
  %.240 = sext i32 %.239 to i64
  %.248 = getelementptr i8, ptr %.238, i64 4
  %.249 = load i32, ptr %.248, align 4
  %.250 = sext i32 %.249 to i64
  %.251 = sub i64 %.250, %.240
  %.253 = lshr i64 %.170, 16
  %.256 = mul i64 %.251, %.253
  %.260 = sub i64 %.175, %.240
  %.261 = add i64 %.256, %.260
  %.270 = icmp ult i64 %.261, 2147483648
  br i1 %.270, label %B720, label %B860

B720:
  %.278.not = icmp slt i64 %position.2.0116, %arg.available
  br i1 %.278.not, label %B750, label %common.ret

common.ret:
  %storemerge108 = phi i64 [ %arg.position, %B0.endif ], [ -4, %B720 ], [ %position.3.1, %B860 ]
  store i64 %storemerge108, ptr %retptr, align 8
  ret i32 0

B750:
  %.313 = shl i64 %.261, 32
  %.318 = getelementptr i32, ptr %arg.words, i64 %position.2.0116
  %.319 = load i32, ptr %.318, align 4
  %.320 = zext i32 %.319 to i64
  %.321 = or i64 %.313, %.320
  %.325 = add i64 %position.2.0116, 1
  br label %B860

B860:
  %position.3.1 = phi i64 [ %.325, %B750 ], [ %position.2.0116, %B470 ]
  %state.3.1 = phi i64 [ %.321, %B750 ], [ %.261, %B470 ]
  %sunkaddr = mul i64 %lane.3.0117, 8
  %sunkaddr3 = getelementptr i8, ptr %arg.states, i64 %sunkaddr
  store i64 %state.3.1, ptr %sunkaddr3, align 8
  %.345 = trunc i64 %index.3.2 to i32
  %.346 = getelementptr i32, ptr %arg.indices, i64 %.128111114
  store i32 %.345, ptr %.346, align 4
  %.353 = add i64 %lane.3.0117, 1
  %.360 = icmp eq i64 %.353, %arg.lanes
  %spec.select = select i1 %.360, i64 0, i64 %.353
  %exitcond.not = icmp eq i64 %arg.count, %.135
  br i1 %exitcond.not, label %common.ret, label %B42
}

define i64 @decode(ptr %.1, ptr %.2, i64 %.3, i64 %.4, i64 %.5, ptr %.6, ptr %.7, ptr %.8, ptr %.9, i64 %.10, i64 %.11, ptr %.12) {
entry:
  %.14 = alloca i64, align 8
  store i64 0, ptr %.14, align 8
  %.18 = call i32 @decode.numba(ptr %.14, ptr poison, ptr %.1, ptr %.2, i64 %.3, i64 %.4, i64 %.5, ptr %.6, ptr %.7, ptr %.8, ptr %.9, i64 %.10, i64 %.11, ptr %.12)
  %.28 = load i64, ptr %.14, align 8
  ret i64 %.28
}
