; made by benchmarks.loops of loops.py ba139cecc932fe14f40953372afe79c9b16cc7e2ddda10d926578e4f9ab577d6
define i32 @decode(ptr %retptr, ptr %excinfo, ptr noalias %arg.symbols, ptr noalias %arg.rows, i64 %arg.count, i64 %arg.first, i64 %arg.lanes, ptr noalias %arg.cdf, ptr noalias %arg.start, ptr noalias %arg.low, ptr noalias %arg.size, ptr noalias %arg.lookup, ptr noalias %arg.beyond, ptr noalias %arg.words, i64 %arg.available, i64 %arg.position, ptr noalias %arg.states) {
entry:
  %.134129.not = icmp slt i64 %arg.count, 1
  br i1 %.134129.not, label %B1054, label %B44.if.preheader

B44.if.preheader:
  %scevgep = getelementptr i8, ptr %arg.cdf, i64 8
  br label %B44.if

B392:
  %index.2.1 = phi i64 [ %.230, %B392 ], [ %.212, %B392.preheader ]
  %.230 = add i64 %index.2.1, 1
  %0 = shl i64 %index.2.1, 2
  %scevgep2 = getelementptr i8, ptr %scevgep1, i64 %0
  %.240 = load i32, ptr %scevgep2, align 4
  %.241 = sext i32 %.240 to i64
  %.243.not = icmp slt i64 %.190, %.241
  br i1 %.243.not, label %B474, label %B392

B474:
  %index.3.2 = phi i64 [ %.212, %B44.if ], [ %.230, %B392 ]
  %1 = getelementptr i32, ptr %arg.cdf, i64 %index.3.2
  %.255 = getelementptr i32, ptr %1, i64 %.199
  %.256 = load i32, ptr %.255, align 4
  %.257 = sext i32 %.256 to i64
  %.265 = getelementptr i8, ptr %.255, i64 4
  %.266 = load i32, ptr %.265, align 4
  %.267 = sext i32 %.266 to i64
  %.268 = sub i64 %.267, %.257
  %.270 = lshr i64 %.185, 16
  %.273 = mul i64 %.268, %.270
  %.277 = sub i64 %.190, %.257
  %.278 = add i64 %.273, %.277
  %.287 = icmp ult i64 %.278, 2147483648
  br i1 %.287, label %B724, label %B864

B724:
  %.295.not = icmp slt i64 %position.2.0132, %arg.available
  br i1 %.295.not, label %B754, label %common.ret

common.ret:
  %storemerge124 = phi i64 [ %position.2.0.lcssa, %B1054 ], [ -4, %B724 ]
  store i64 %storemerge124, ptr %retptr, align 8
  ret i32 0

B754:
  %.340 = shl i64 %.278, 32
  %.345 = getelementptr i32, ptr %arg.words, i64 %position.2.0132
  %.346 = load i32, ptr %.345, align 4
  %.347 = zext i32 %.346 to i64
  %.348 = or i64 %.340, %.347
  %.352 = add i64 %position.2.0132, 1
  br label %B864

B864:
  %position.3.1 = phi i64 [ %.352, %B754 ], [ %position.2.0132, %B474 ]
  %state.3.1 = phi i64 [ %.348, %B754 ], [ %.278, %B474 ]
  %sunkaddr = mul i64 %lane.3.0133, 8
  %sunkaddr3 = getelementptr i8, ptr %arg.states, i64 %sunkaddr
  store i64 %state.3.1, ptr %sunkaddr3, align 8
  %.376 = getelementptr i32, ptr %arg.low, i64 %.196
  %.377 = load i32, ptr %.376, align 4
  %2 = trunc i64 %index.3.2 to i32
  %.383 = add i32 %.377, %2
  %.384 = getelementptr i32, ptr %arg.symbols, i64 %.140128130
  store i32 %.383, ptr %.384, align 4
  %.389 = getelementptr i32, ptr %arg.size, i64 %.196
  %.390 = load i32, ptr %.389, align 4
  %.393 = sext i32 %.390 to i64
  %.394 = add i64 %.393, -1
  %.396 = icmp eq i64 %index.3.2, %.394
  br i1 %.396, label %B1004, label %B1024

B1004:
  %.401 = add i64 %escapes.2.0134, 1
  %.408 = getelementptr i64, ptr %arg.beyond, i64 %.401
  store i64 %.140128130, ptr %.408, align 8
  br label %B1024

B1024:
  %escapes.3.1 = phi i64 [ %.401, %B1004 ], [ %escapes.2.0134, %B864 ]
  %.418 = add i64 %lane.3.0133, 1
  %.425 = icmp eq i64 %.418, %arg.lanes
  %spec.select = select i1 %.425, i64 0, i64 %.418
  %exitcond.not = icmp eq i64 %arg.count, %.147
  br i1 %exitcond.not, label %B1054, label %B44.if

B1054:
  %position.2.0.lcssa = phi i64 [ %arg.position, %entry ], [ %position.3.1, %B1024 ]
  %escapes.2.0.lcssa = phi i64 [ 0, %entry ], [ %escapes.3.1, %B1024 ]
  store i64 %escapes.2.0.lcssa, ptr %arg.beyond, align 8
  br label %common.ret

B44.if:
  %escapes.2.0134 = phi i64 [ %escapes.3.1, %B1024 ], [ 0, %B44.if.preheader ]
  %lane.3.0133 = phi i64 [ %spec.select, %B1024 ], [ %arg.first, %B44.if.preheader ]
  %position.2.0132 = phi i64 [ %position.3.1, %B1024 ], [ %arg.position, %B44.if.preheader ]
  %.140128130 = phi i64 [ %.147, %B1024 ], [ 0, %B44.if.preheader ]
  %.147 = add i64 %.140128130, 1
  %.177 = getelementptr i32, ptr %arg.rows, i64 %.140128130
  %.178 = load i32, ptr %.177, align 4
  %.184 = getelementptr i64, ptr %arg.states, i64 %lane.3.0133
  %.185 = load i64, ptr %.184, align 8
  %.190 = and i64 %.185, 65535
  %.196 = sext i32 %.178 to i64
  %.197 = getelementptr i32, ptr %arg.start, i64 %.196
  %.198 = load i32, ptr %.197, align 4
  %.199 = sext i32 %.198 to i64
  %.207 = lshr i64 %.190, 8
  %.idx = shl i64 %.196, 9
  %3 = getelementptr i8, ptr %arg.lookup, i64 %.idx
  %.210 = getelementptr i16, ptr %3, i64 %.207
  %.211 = load i16, ptr %.210, align 2
  %.212 = zext i16 %.211 to i64
  %4 = getelementptr i32, ptr %arg.cdf, i64 %.199
  %5 = getelementptr i32, ptr %4, i64 %.212
  %.223 = getelementptr i8, ptr %5, i64 4
  %.224 = load i32, ptr %.223, align 4
  %.225 = sext i32 %.224 to i64
  %.227.not = icmp slt i64 %.190, %.225
  br i1 %.227.not, label %B474, label %B392.preheader

B392.preheader:
  %6 = shl i64 %.199, 2
  %scevgep1 = getelementptr i8, ptr %scevgep, i64 %6
  br label %B392
}
