; made by benchmarks.loops of loops.py ba139cecc932fe14f40953372afe79c9b16cc7e2ddda10d926578e4f9ab577d6
define i32 @encode(ptr %retptr, ptr %excinfo, ptr noalias %arg.symbols, ptr noalias %arg.rows, i64 %arg.count, i64 %arg.lanes, ptr noalias %arg.cdf, ptr noalias %arg.start, ptr noalias %arg.low, ptr noalias %arg.size, ptr noalias %arg.beyond, ptr noalias %arg.words, i64 %arg.room, ptr noalias %arg.states) {
entry:
  %const = bitcast i64 -9223372036854775808 to i64
  %.42 = add i64 %arg.count, -1
  %.46 = icmp eq i64 %arg.lanes, 0
  br i1 %.46, label %B0.endif, label %B0.else

B278:
  %.268 = add i64 %escapes.2.0131, 1
  %.275 = getelementptr i64, ptr %arg.beyond, i64 %.268
  store i64 %.176126128, ptr %.275, align 8
  br label %B302

B302:
  %escapes.3.2 = phi i64 [ %.268, %B278 ], [ %escapes.2.0131, %B70.if ]
  %index.2.2 = phi i64 [ %.239, %B278 ], [ %.229, %B70.if ]
  %.293 = getelementptr i32, ptr %arg.start, i64 %.225
  %.294 = load i32, ptr %.293, align 4
  %.297 = sext i32 %.294 to i64
  %0 = getelementptr i32, ptr %arg.cdf, i64 %index.2.2
  %.303 = getelementptr i32, ptr %0, i64 %.297
  %.304 = load i32, ptr %.303, align 4
  %.305 = sext i32 %.304 to i64
  %.311 = getelementptr i8, ptr %.303, i64 4
  %.312 = load i32, ptr %.311, align 4
  %.313 = sext i32 %.312 to i64
  %.315 = sub i64 %.313, %.305
  %.321 = getelementptr i64, ptr %arg.states, i64 %lane.2.0132
  %.322 = load i64, ptr %.321, align 8
  %.331 = shl i64 %.315, 47
  %.333.not = icmp ult i64 %.322, %.331
  br i1 %.333.not, label %B720, label %B546

B546:
  %.340 = icmp eq i64 %position.2.0130, 0
  br i1 %.340, label %common.ret, label %B576

common.ret:
  %storemerge122 = phi i64 [ %position.2.0.lcssa, %B818 ], [ -5, %B546 ]
  store i64 %storemerge122, ptr %retptr, align 8
  ret i32 0

B576:
  %.379 = add i64 %position.2.0130, -1
  %.386 = trunc i64 %.322 to i32
  %.388 = getelementptr i32, ptr %arg.words, i64 %.379
  store i32 %.386, ptr %.388, align 4
  %.391 = lshr i64 %.322, 32
  br label %B720

B720:
  %position.3.1 = phi i64 [ %.379, %B576 ], [ %position.2.0130, %B302 ]
  %state.2.1 = phi i64 [ %.391, %B576 ], [ %.322, %B302 ]
  %1 = trunc i64 %.305 to i32
  %.405 = icmp eq i32 %.312, %1
  br i1 %.405, label %B720.endif.endif, label %B720.endif.else

B818:
  %position.2.0.lcssa = phi i64 [ %arg.room, %B0.endif ], [ %arg.room, %B0.else ], [ %position.3.1, %B720.endif.endif ]
  %escapes.2.0.lcssa = phi i64 [ 0, %B0.endif ], [ 0, %B0.else ], [ %escapes.3.2, %B720.endif.endif ]
  store i64 %escapes.2.0.lcssa, ptr %arg.beyond, align 8
  br label %common.ret

B0.else:
  %.57 = icmp ne i64 %.42, %const
  %.58 = icmp ne i64 %arg.lanes, -1
  %.59.not = or i1 %.57, %.58
  br i1 %.59.not, label %B0.else.if, label %B818

B0.endif:
  %rem.0 = phi i64 [ 0, %entry ], [ %.54.1, %B0.else.if ]
  %.125 = icmp ugt i64 %arg.count, %const
  %.arg.count = select i1 %.125, i64 0, i64 %arg.count
  %.170127 = icmp sgt i64 %.arg.count, 0
  br i1 %.170127, label %B70.if.preheader, label %B818

B70.if.preheader:
  %2 = add i64 %.arg.count, 1
  br label %B70.if

B0.else.if:
  %.63 = srem i64 %.42, %arg.lanes
  %.64 = xor i64 %.63, %arg.lanes
  %.65 = icmp slt i64 %.64, 0
  %.66 = icmp ne i64 %.63, 0
  %.67 = and i1 %.66, %.65
  %.74 = select i1 %.67, i64 %arg.lanes, i64 0
  %.54.1 = add i64 %.74, %.63
  br label %B0.endif

B70.if:
  %lsr.iv = phi i64 [ %2, %B70.if.preheader ], [ %lsr.iv.next, %B720.endif.endif ]
  %lane.2.0132 = phi i64 [ %.472, %B720.endif.endif ], [ %rem.0, %B70.if.preheader ]
  %escapes.2.0131 = phi i64 [ %escapes.3.2, %B720.endif.endif ], [ 0, %B70.if.preheader ]
  %position.2.0130 = phi i64 [ %position.3.1, %B720.endif.endif ], [ %arg.room, %B70.if.preheader ]
  %.176126128 = phi i64 [ %.183, %B720.endif.endif ], [ %.42, %B70.if.preheader ]
  %3 = shl i64 %.176126128, 2
  %scevgep14 = getelementptr i8, ptr %arg.rows, i64 %3
  %.214 = load i32, ptr %scevgep14, align 4
  %4 = shl i64 %.176126128, 2
  %scevgep = getelementptr i8, ptr %arg.symbols, i64 %4
  %.221 = load i32, ptr %scevgep, align 4
  %.222 = sext i32 %.221 to i64
  %.225 = sext i32 %.214 to i64
  %.226 = getelementptr i32, ptr %arg.low, i64 %.225
  %.227 = load i32, ptr %.226, align 4
  %.228 = sext i32 %.227 to i64
  %.229 = sub i64 %.222, %.228
  %.236 = getelementptr i32, ptr %arg.size, i64 %.225
  %.237 = load i32, ptr %.236, align 4
  %.238 = sext i32 %.237 to i64
  %.239 = add i64 %.238, -1
  %.244 = icmp slt i64 %.229, 0
  %.256 = icmp sge i64 %.229, %.239
  %or.cond = select i1 %.244, i1 true, i1 %.256
  br i1 %or.cond, label %B278, label %B302

B720.endif.else:
  %.410 = udiv i64 %state.2.1, %.315
  %5 = shl i64 %.410, 16
  %.418 = add i64 %5, %.305
  %.431 = urem i64 %state.2.1, %.315
  br label %B720.endif.endif

B720.endif.endif:
  %.4188 = phi i64 [ %.418, %B720.endif.else ], [ %.305, %B720 ]
  %rem.2.0 = phi i64 [ %.431, %B720.endif.else ], [ 0, %B720 ]
  %.440 = add i64 %rem.2.0, %.4188
  %sunkaddr = mul i64 %lane.2.0132, 8
  %sunkaddr15 = getelementptr i8, ptr %arg.states, i64 %sunkaddr
  store i64 %.440, ptr %sunkaddr15, align 8
  %.446.not = icmp eq i64 %lane.2.0132, 0
  %"$phi806.1.2.1" = select i1 %.446.not, i64 %arg.lanes, i64 %lane.2.0132
  %.472 = add i64 %"$phi806.1.2.1", -1
  %lsr.iv.next = add i64 %lsr.iv, -1
  %.183 = add i64 %.176126128, -1
  %.170 = icmp sgt i64 %lsr.iv.next, 1
  br i1 %.170, label %B70.if, label %B818
}
