; made by benchmarks.loops of loops.py 063857631b9826a1038eee656280298b00bdb5ea4011b108a93eeac7d1ca1697
define i32 @encode.numba(ptr %retptr, ptr %excinfo, ptr %arg.indices, ptr %arg.rows, i64 %arg.count, i64 %arg.lanes, ptr %arg.cdf, ptr %arg.start, ptr %arg.words, i64 %arg.room, ptr %arg.states) {
B0:
  %.30 = add i64 %arg.count, -1
  %.34 = icmp eq i64 %arg.lanes, 0
  br i1 %.34, label %B0.endif.endif, label %B0.else

B66:
  %lsr.iv = phi i64 [ %16, %B66.preheader ], [ %lsr.iv.next, %B474.endif.endif ]
  %lane.2.0111 = phi i64 [ %.369, %B474.endif.endif ], [ %rem.0, %B66.preheader ]
  %position.2.0110 = phi i64 [ %position.3.1, %B474.endif.endif ], [ %arg.room, %B66.preheader ]
  %0 = shl i64 %lsr.iv, 2
  %scevgep2 = getelementptr i8, ptr %arg.rows, i64 %0
  %scevgep3 = getelementptr i8, ptr %scevgep2, i64 -8
  %.201 = load i32, ptr %scevgep3, align 4
  %.203 = sext i32 %.201 to i64
  %.204 = getelementptr i32, ptr %arg.start, i64 %.203
  %.205 = load i32, ptr %.204, align 4
  %1 = shl i64 %lsr.iv, 2
  %scevgep = getelementptr i8, ptr %arg.indices, i64 %1
  %scevgep1 = getelementptr i8, ptr %scevgep, i64 -8
  %.208 = load i32, ptr %scevgep1, align 4
  %.209 = sext i32 %.205 to i64
  %.210 = sext i32 %.208 to i64
  %2 = getelementptr i32, ptr %arg.cdf, i64 %.210
  %.213 = getelementptr i32, ptr %2, i64 %.209
  %.214 = load i32, ptr %.213, align 4
  %.215 = sext i32 %.214 to i64
  %.221 = getelementptr i8, ptr %.213, i64 4
  %.222 = load i32, ptr %.221, align 4
  %.223 = sext i32 %.222 to i64
  %.225 = sub i64 %.223, %.215
  %.231 = getelementptr i64, ptr %arg.states, i64 %lane.2.0111
  %.232 = load i64, ptr %.231, align 8
  %.241 = shl i64 %.225, 47
  %.243.not = icmp ult i64 %.232, %.241
  br i1 %.243.not, label %B474, label %B300

B300:
  %.250 = icmp eq i64 %position.2.0110, 0
  br i1 %.250, label %common.ret, label %B330

common.ret:
  %storemerge102 = phi i64 [ %arg.room, %B0.endif.endif ], [ %arg.room, %B0.else ], [ -5, %B300 ], [ %position.3.1, %B474.endif.endif ]
  store i64 %storemerge102, ptr %retptr, align 8
  ret i32 0

B330:
  %.281 = add i64 %position.2.0110, -1
  %.288 = trunc i64 %.232 to i32
  %.290 = getelementptr i32, ptr %arg.words, i64 %.281
  store i32 %.288, ptr %.290, align 4
  %.293 = lshr i64 %.232, 32
  br label %B474

B474:
  %position.3.1 = phi i64 [ %.281, %B330 ], [ %position.2.0110, %B66 ]
  %state.2.1 = phi i64 [ %.293, %B330 ], [ %.232, %B66 ]
  %3 = trunc i64 %.215 to i32
  %.307 = icmp eq i32 %.222, %3
  br i1 %.307, label %B474.endif.endif, label %B474.endif.else

B0.else:
  %.45 = icmp ne i64 %.30, -9223372036854775808
  %.46 = icmp ne i64 %arg.lanes, -1
  %.47.not = or i1 %.45, %.46
  br i1 %.47.not, label %B0.else.if, label %common.ret

B0.else.if:
  %4 = or i64 %.30, %arg.lanes
  %5 = and i64 %4, -4294967296
  %6 = icmp eq i64 %5, 0
  br i1 %6, label %7, label %12

7:
  %8 = trunc i64 %arg.lanes to i32
  %9 = trunc i64 %.30 to i32
  %10 = urem i32 %9, %8
  %11 = zext i32 %10 to i64
  br label %14

12:
  %13 = srem i64 %.30, %arg.lanes
  br label %14

14:
  %15 = phi i64 [ %11, %7 ], [ %13, %12 ]
  %.52 = xor i64 %15, %arg.lanes
  %.53 = icmp slt i64 %.52, 0
  %.54 = icmp ne i64 %15, 0
  %.55 = and i1 %.54, %.53
  %.62 = select i1 %.55, i64 %arg.lanes, i64 0
  %spec.select = add i64 %.62, %15
  br label %B0.endif.endif

B0.endif.endif:
  %rem.0 = phi i64 [ 0, %B0 ], [ %spec.select, %14 ]
  %.157107.not = icmp slt i64 %arg.count, 1
  br i1 %.157107.not, label %common.ret, label %B66.preheader

B66.preheader:
  %16 = add i64 %arg.count, 1
  br label %B66

B474.endif.else:
  %17 = or i64 %state.2.1, %.225
  %18 = and i64 %17, -4294967296
  %19 = icmp eq i64 %18, 0
  br i1 %19, label %20, label %27

20:
  %21 = trunc i64 %.225 to i32
  %22 = trunc i64 %state.2.1 to i32
  %23 = udiv i32 %22, %21
  %24 = urem i32 %22, %21
  %25 = zext i32 %23 to i64
  %26 = zext i32 %24 to i64
  br label %B474.endif.endif

27:
  %28 = udiv i64 %state.2.1, %.225
  %29 = urem i64 %state.2.1, %.225
  br label %B474.endif.endif

B474.endif.endif:
  %.31894.pn.in = phi i64 [ %.225, %B474 ], [ %25, %20 ], [ %28, %27 ]
  %rem.2.0 = phi i64 [ 0, %B474 ], [ %26, %20 ], [ %29, %27 ]
  %.31894.pn = shl i64 %.31894.pn.in, 16
  %.32096 = add i64 %.31894.pn, %.215
  %.342 = add i64 %.32096, %rem.2.0
  %sunkaddr = mul i64 %lane.2.0111, 8
  %sunkaddr4 = getelementptr i8, ptr %arg.states, i64 %sunkaddr
  store i64 %.342, ptr %sunkaddr4, align 8
  %.348.not = icmp eq i64 %lane.2.0111, 0
  %"$phi560.1.2.1" = select i1 %.348.not, i64 %arg.lanes, i64 %lane.2.0111
  %.369 = add i64 %"$phi560.1.2.1", -1
  %lsr.iv.next = add i64 %lsr.iv, -1
  %.157 = icmp ugt i64 %lsr.iv.next, 1
  br i1 %.157, label %B66, label %common.ret
}

define i64 @encode(ptr %.1, ptr %.2, i64 %.3, i64 %.4, ptr %.5, ptr %.6, ptr %.7, i64 %.8, ptr %.9) {
entry:
  %.11 = alloca i64, align 8
  store i64 0, ptr %.11, align 8
  %.15 = call i32 @encode.numba(ptr %.11, ptr poison, ptr %.1, ptr %.2, i64 %.3, i64 %.4, ptr %.5, ptr %.6, ptr %.7, i64 %.8, ptr %.9)
  %.25 = load i64, ptr %.11, align 8
  ret i64 %.25
}
